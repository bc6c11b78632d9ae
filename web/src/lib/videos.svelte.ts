/* One live model per video and one follow state per person, so that a like in the feed is a like in the grid.
 * A tap changes the screen at once; the request follows; quick taps collapse into one; a refusal takes it back. */
// SPDX-License-Identifier: Apache-2.0
import { api, ApiError } from './api';
import { t } from './i18n.svelte';
import { session } from './session.svelte';
import type { User, Video } from './types';
import { ui } from './ui.svelte';

/** Sends the newest wish only: never two requests at once, never one for a state that was already undone. */
export class Toggle {
  #on = $state(false);
  #sent: boolean;
  #busy = false;

  constructor(
    on: boolean,
    private readonly send: (on: boolean) => Promise<unknown>,
    private readonly changed: (on: boolean) => void = () => {},
  ) {
    this.#on = on;
    this.#sent = on;
  }

  get on() {
    return this.#on;
  }

  /** Takes the server's word, unless the user has just decided otherwise. */
  sync(on: boolean) {
    if (this.#busy) return;
    this.#on = this.#sent = on;
  }

  set(on: boolean) {
    if (on === this.#on) return;
    this.#on = on;
    this.changed(on);
    void this.#flush();
  }

  async #flush() {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#on !== this.#sent) {
      const wish = this.#on;
      try {
        await this.send(wish);
        this.#sent = wish;
      } catch (error) {
        if (this.#on === wish) {
          this.#on = this.#sent;
          this.changed(this.#sent);
          ui.toast(error instanceof ApiError && error.offline ? t('state.offline') : t('state.error'));
        }
      }
    }
    this.#busy = false;
  }
}

const follows = new Map<number, Toggle>();

export function followOf(user: User): Toggle {
  let toggle = follows.get(user.id);
  if (!toggle) follows.set(user.id, (toggle = new Toggle(user.is_follow, (on) => api.follow(user.id, on))));
  return toggle;
}

export class VideoModel {
  readonly id: number;
  readonly data: Video;
  readonly like: Toggle;
  likes = $state(0);
  comments = $state(0);

  constructor(video: Video) {
    this.id = video.id;
    this.data = video;
    this.likes = video.favorite_count;
    this.comments = video.comment_count;
    this.like = new Toggle(
      video.is_favorite,
      (on) => api.like(video.id, on),
      (on) => (this.likes += on ? 1 : -1),
    );
  }

  get author() {
    return this.data.author;
  }
  get ratio() {
    const ext = this.data.ext;
    return ext && ext.width > 0 && ext.height > 0 ? ext.width / ext.height : 9 / 16;
  }

  toggleLike(on = !this.like.on) {
    session.need('login.why.like', () => this.like.set(on));
  }
}

const models = new Map<number, VideoModel>();

export function modelOf(video: Video): VideoModel {
  let model = models.get(video.id);
  if (!model) models.set(video.id, (model = new VideoModel(video)));
  else model.like.sync(video.is_favorite);
  return model;
}

/** A list that grows: the feed, a profile, one shared video. It keeps its place while other screens are open. */
export class Source {
  items = $state.raw<VideoModel[]>([]);
  index = $state(0);
  state = $state<'idle' | 'loading' | 'ready' | 'end' | 'error' | 'offline'>('idle');
  #cursor: number | undefined;
  #seen = new Set<number>();

  constructor(
    readonly key: string,
    private readonly fetchPage: (cursor?: number) => Promise<{ video_list: Video[]; next_time?: number }>,
    private readonly endless = true,
  ) {}

  async more() {
    if (this.state === 'loading' || this.state === 'end') return;
    this.state = 'loading';
    try {
      const page = await this.fetchPage(this.#cursor);
      const fresh = page.video_list.filter((video) => !this.#seen.has(video.id));
      for (const video of fresh) this.#seen.add(video.id);
      this.items = [...this.items, ...fresh.map(modelOf)];
      this.#cursor = page.next_time;
      this.state = fresh.length === 0 || !this.endless ? 'end' : 'ready';
    } catch (error) {
      this.state = error instanceof ApiError && error.offline ? 'offline' : 'error';
    }
  }

  retry() {
    this.state = 'idle';
    return this.more();
  }

  restart() {
    this.items = [];
    this.index = 0;
    this.#cursor = undefined;
    this.#seen.clear();
    return this.retry();
  }

  remove(id: number) {
    this.items = this.items.filter((item) => item.id !== id);
    this.index = Math.min(this.index, Math.max(0, this.items.length - 1));
  }
}

const sources = new Map<string, Source>();

export function sourceOf(key: string, make: () => Source): Source {
  let source = sources.get(key);
  if (!source) sources.set(key, (source = make()));
  return source;
}
