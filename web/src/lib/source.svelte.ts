// A list of videos that grows as it is watched and keeps its place while other screens are open.
// SPDX-License-Identifier: Apache-2.0
import { api, type Cursor, type VideoPage } from './api';
import { ApiError } from './http';
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

  constructor(
    readonly key: string,
    private readonly fetchPage: Fetch,
  ) {}

  async more() {
    if (this.state === 'loading' || this.state === 'end') return;
    this.state = 'loading';
    const generation = this.#generation;
    const asked = performance.now();
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

  retry() {
    this.state = 'idle';
    return this.more();
  }

  /** From the beginning, as if it had never been fetched. */
  restart() {
    this.#generation++;
    this.items = [];
    this.index = 0;
    this.#cursor = undefined;
    this.#seen.clear();
    return this.retry();
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

function sourceOf(key: string, fetchPage: Fetch): Source {
  let source = sources.get(key);
  if (!source) sources.set(key, (source = new Source(key, fetchPage)));
  return source;
}

/** From every list at once: what was deleted, reported, blocked or not wanted. */
export function removeEverywhere(which: (video: VideoModel) => boolean) {
  for (const source of sources.values()) source.remove(which);
}

export const forYou = () => sourceOf('forYou', (cursor) => api.feed(cursor as number | undefined));
export const following = () => sourceOf('following', (cursor) => api.following(cursor));
export const published = (id: number) => sourceOf(`u:${id}:videos`, (cursor) => api.published(id, cursor));
export const liked = (id: number) => sourceOf(`u:${id}:liked`, (cursor) => api.liked(id, cursor));

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
