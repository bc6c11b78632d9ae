// Which screen the address means. Links are plain <a href>; one listener turns them into navigation.
// SPDX-License-Identifier: Apache-2.0
import { dropLayers, whenSettled } from './layers';

export type Route =
  | { name: 'forYou' | 'following' | 'upload' | 'inbox' | 'settings' | 'notFound' }
  | { name: 'video'; id: number }
  | { name: 'profile'; id: number; tab: 'videos' | 'liked' }
  | { name: 'messages'; peer: number }
  | { name: 'search'; q: string };

const NOWHERE: Route = { name: 'notFound' };
const PLAIN = new Map<string, Route['name'] & ('following' | 'upload' | 'inbox' | 'settings')>([
  ['following', 'following'],
  ['upload', 'upload'],
  ['inbox', 'inbox'],
  ['settings', 'settings'],
]);

/** An id in an address: a positive whole number that JavaScript can hold, else 0. */
function idOf(text: string | undefined): number {
  const id = /^[1-9]\d{0,15}$/.test(text ?? '') ? Number(text) : 0;
  return Number.isSafeInteger(id) ? id : 0;
}

export function parse(path: string, search = ''): Route {
  const [first, second, third, ...rest] = path.split('/').filter(Boolean);
  const id = idOf(second);
  if (first === undefined) return { name: 'forYou' };
  if (first === 'u' && id && rest.length === 0 && (third === undefined || third === 'liked'))
    return { name: 'profile', id, tab: third ?? 'videos' };
  if (third !== undefined) return NOWHERE;
  if (first === 'v' && id) return { name: 'video', id };
  if (first === 'messages' && (id || second === undefined)) return { name: 'messages', peer: id };
  if (second !== undefined) return NOWHERE;
  if (first === 'search') return { name: 'search', q: new URLSearchParams(search).get('q') ?? '' };
  const plain = PLAIN.get(first);
  return plain ? { name: plain } : NOWHERE;
}

class Router {
  route = $state.raw<Route>(parse(location.pathname, location.search));
  path = $state(location.pathname);
  /** Told when a link to the page one is already on was pressed. */
  again: (path: string) => void = () => {};

  start() {
    addEventListener('popstate', () => this.#read());
    document.addEventListener('click', (event) => this.#click(event));
  }

  go(path: string, replace = false) {
    whenSettled(() => {
      const over = dropLayers();
      const state = { from: this.path };
      if (over) history.replaceState(state, '', path);
      else if (replace) history.replaceState(null, '', path);
      else if (path !== location.pathname + location.search) history.pushState(state, '', path);
      else this.again(path);
      this.#read();
    });
  }

  /** To a screen above this one: back, if one came from there, else in the place of this one. */
  up(path: string) {
    if ((history.state as { from?: string } | null)?.from === path) history.back();
    else this.go(path, true);
  }

  #click(event: MouseEvent) {
    const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (event.defaultPrevented || event.button !== 0 || modified) return;
    const link = (event.target as Element).closest('a');
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin || link.hash) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }

  #read() {
    const { pathname, search } = location;
    if (pathname === this.path && this.route.name !== 'search') return;
    this.route = parse(pathname, search);
    this.path = pathname;
  }
}

export const router = new Router();
