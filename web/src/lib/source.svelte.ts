// A list of videos that grows as it is watched and keeps its place while other screens are open.
// SPDX-License-Identifier: Apache-2.0
import { api, type Cursor, type VideoPage } from './api';
import { changes } from './changes.svelte';
import { ApiError } from './http';
import { session } from './session.svelte';
import { modelOf, type VideoModel } from './videos.svelte';

export type SourceState = 'idle' | 'loading' | 'ready' | 'end' | 'error' | 'offline' | 'missing';
type Fetch = (cursor: Cursor) => Promise<VideoPage>;

export class Source {
  items = $state.raw<VideoModel[]>([]);
  index = $state(0);
  state = $state<SourceState>('idle');
  #cursor: Cursor;
  #seen = new Set<number>();
  #generation = 0;
  #counted = 0;

  constructor(
    readonly key: string,
    private readonly fetchPage: Fetch,
    /** Another number as soon as what was fetched before it is old. */
    private readonly count: () => number = () => 0,
  ) {}

  async more() {
    if (this.state === 'loading' || this.state === 'end') return;
    this.state = 'loading';
    const generation = this.#generation;
    const asked = performance.now();
    if (this.#cursor === undefined) this.#counted = this.count();
    try {
      const page = await this.fetchPage(this.#cursor);
      if (generation === this.#generation) this.#add(page, asked);
    } catch (error) {
      if (generation === this.#generation) this.#fail(error);
    }
  }

  /** A page that names no next is the end. One without anything new is not: what is not to be seen was left out of it. */
  #add(page: VideoPage, asked: number) {
    const fresh = page.video_list.filter((video) => !this.#seen.has(video.id));
    for (const video of fresh) this.#seen.add(video.id);
    this.items = [...this.items, ...fresh.map((video) => modelOf(video, asked))];
    const stuck = page.next === this.#cursor;
    this.#cursor = page.next;
    const over = !page.next || stuck;
    this.state = over ? 'end' : 'ready';
    if (!over && fresh.length === 0) void this.more();
  }

  #fail(error: unknown) {
    if (!(error instanceof ApiError)) this.state = 'error';
    else this.state = error.offline ? 'offline' : error.notFound ? 'missing' : 'error';
  }

  /** Asks again what the first page says of what is already here; nothing moves. */
  async resync() {
    const asked = performance.now();
    const page = await this.fetchPage(undefined).catch(() => null);
    for (const video of page?.video_list ?? []) if (this.#seen.has(video.id)) modelOf(video, asked);
  }

  /** A screen shows it: whoever comes back to a place in it finds it as it was, unless it is old. */
  async enter(resumes: boolean) {
    if (this.state === 'idle') await this.more();
    else if (this.#counted !== this.count()) await this.restart();
    else if (!resumes) await this.#refresh();
  }

  /** The first page again, in the place of all there is if it has changed. */
  async #refresh() {
    const generation = this.#generation;
    const asked = performance.now();
    const page = await this.fetchPage(undefined).catch(() => null);
    if (!page || generation !== this.#generation) return;
    if (this.#beginsWith(page)) return page.video_list.forEach((video) => modelOf(video, asked));
    const at = this.items[this.index]?.id;
    this.#clear();
    this.#add(page, asked);
    this.index = Math.max(
      0,
      this.items.findIndex((video) => video.id === at),
    );
  }

  #beginsWith({ video_list, next }: VideoPage) {
    const length = next ? video_list.length : this.items.length;
    return video_list.length === length && video_list.every((video, at) => video.id === this.items[at]?.id);
  }

  retry() {
    this.state = 'idle';
    return this.more();
  }

  /** From the beginning, as if it had never been fetched. */
  restart() {
    this.#clear();
    return this.retry();
  }

  #clear() {
    this.#generation++;
    this.items = [];
    this.index = 0;
    this.#cursor = undefined;
    this.#seen.clear();
  }

  remove(which: (video: VideoModel) => boolean) {
    const gone = this.items.findIndex(which);
    if (gone < 0) return;
    const before = this.items.slice(0, this.index).filter((item) => !which(item)).length;
    this.items = this.items.filter((item) => !which(item));
    this.index = Math.max(0, Math.min(before, this.items.length - 1));
  }

  /** A new video of one's own, at the head of a list that was already fetched. */
  prepend(video: VideoModel) {
    if (this.state === 'idle' || this.#seen.has(video.id)) return;
    this.#seen.add(video.id);
    this.items = [video, ...this.items];
    if (this.items.length > 1) this.index++;
  }
}

const sources = new Map<string, Source>();

function sourceOf(key: string, fetchPage: Fetch, count?: () => number): Source {
  let source = sources.get(key);
  if (!source) sources.set(key, (source = new Source(key, fetchPage, count)));
  return source;
}

/** Counts among the lists in the place of what had this name before. */
export const register = (name: string, source: Source) => void sources.set(name, source);

/** From every list at once: what was deleted, reported, blocked or not wanted. */
export function removeEverywhere(which: (video: VideoModel) => boolean) {
  for (const source of sources.values()) source.remove(which);
}

export const forYou = () => sourceOf('forYou', (cursor) => api.feed(cursor as number | undefined));
export const following = () =>
  sourceOf(
    'following',
    (cursor) => api.following(cursor),
    () => changes.follows,
  );
export const published = (id: number) => sourceOf(`u:${id}:videos`, (cursor) => api.published(id, cursor));
export const liked = (id: number) =>
  sourceOf(
    `u:${id}:liked`,
    (cursor) => api.liked(id, cursor),
    () => (session.user?.id === id ? changes.likes : 0),
  );

/** One video, and below it more of its author. */
export function single(id: number): Source {
  let author = 0;
  return sourceOf(`v:${id}`, async (cursor) => {
    if (cursor === undefined) {
      const { video } = await api.video(id);
      author = video.author.id;
      return { video_list: [video], next: 'author' };
    }
    return api.published(author, cursor === 'author' ? undefined : cursor);
  });
}
