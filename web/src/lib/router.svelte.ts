/* History routing in one small table. Links are plain <a href>; one listener turns them into navigation. */
// SPDX-License-Identifier: Apache-2.0
export type Route =
  | { name: 'forYou' }
  | { name: 'following' }
  | { name: 'video'; id: number }
  | { name: 'profile'; id: number; tab: 'videos' | 'liked' }
  | { name: 'upload' }
  | { name: 'messages'; peer: number }
  | { name: 'search'; q: string }
  | { name: 'notFound' };

export function parse(path: string, search = ''): Route {
  const part = path.split('/').filter(Boolean);
  const id = Number(part[1] ?? 0);
  switch (part[0]) {
    case undefined:
      return { name: 'forYou' };
    case 'following':
      return { name: 'following' };
    case 'v':
      return id > 0 ? { name: 'video', id } : { name: 'notFound' };
    case 'u':
      return id > 0 ? { name: 'profile', id, tab: part[2] === 'liked' ? 'liked' : 'videos' } : { name: 'notFound' };
    case 'upload':
      return { name: 'upload' };
    case 'messages':
      return { name: 'messages', peer: id };
    case 'search':
      return { name: 'search', q: new URLSearchParams(search).get('q') ?? '' };
    default:
      return { name: 'notFound' };
  }
}

class Router {
  route = $state.raw<Route>(parse(location.pathname, location.search));
  path = $state(location.pathname);

  start() {
    addEventListener('popstate', () => this.#read());
    document.addEventListener('click', (event) => {
      if (
        event.defaultPrevented ||
        event.button !== 0 ||
        event.metaKey ||
        event.ctrlKey ||
        event.shiftKey ||
        event.altKey
      )
        return;
      const link = (event.target as Element).closest('a');
      if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin || link.hash) return;
      event.preventDefault();
      this.go(link.pathname + link.search);
    });
  }

  go(path: string, replace = false) {
    if (replace) history.replaceState(null, '', path);
    else if (path !== location.pathname + location.search) history.pushState(null, '', path);
    this.#read();
  }

  #read() {
    this.route = parse(location.pathname, location.search);
    this.path = location.pathname;
  }
}

export const router = new Router();
