// One live model for each video, so that a like in the feed is a like in the grid.
// SPDX-License-Identifier: Apache-2.0
import { here } from './address';
import { api } from './api';
import { changes } from './changes.svelte';
import { on } from './events';
import { syncFollow } from './people.svelte';
import { session } from './session.svelte';
import { Toggle } from './toggle.svelte';
import type { Processing, Video, VideoState } from './types';
import { ui } from './ui.svelte';
import { words } from './words';

const LOOK_AGAIN_MS = 4000;
const UPRIGHT = 9 / 16;

export class VideoModel {
  readonly id: number;
  readonly like: Toggle;
  data = $state.raw<Video>({} as Video);
  title = $state('');
  likes = $state(0);
  comments = $state(0);
  state = $state<VideoState>('ready');
  percent = $state(0);
  reason = $state('');

  constructor(video: Video) {
    this.id = video.id;
    this.like = new Toggle(
      video.is_favorite,
      (liked) => api.like(video.id, liked).then(() => changes.likes++),
      (liked) => (this.likes += liked ? 1 : -1),
      (error) => ui.toast(words(error)),
    );
    this.take(video);
  }

  /** What a newer reply says, to a question of that moment. */
  take(video: Video, asked?: number) {
    this.data = video;
    this.title = video.title;
    if (this.like.believes(asked)) this.likes = video.favorite_count;
    this.comments = video.comment_count;
    this.state = video.ext?.state ?? 'ready';
    this.like.sync(video.is_favorite, asked);
    syncFollow(video.author, asked);
  }

  get author() {
    return this.data.author;
  }
  get own() {
    return session.user?.id === this.author.id;
  }
  get ext() {
    return this.data.ext;
  }
  get cover() {
    return here(this.data.ext?.cover_webp || this.data.cover_url);
  }
  get waits() {
    return (this.state === 'pending' || this.state === 'processing') && !this.data.ext?.playable;
  }
  get ratio() {
    const { width = 0, height = 0 } = this.data.ext ?? {};
    return width > 0 && height > 0 ? width / height : UPRIGHT;
  }

  toggleLike(liked = !this.like.on) {
    session.need('login.why.like', () => this.like.set(liked));
  }

  /** Follows the server's work on it until it is done; the function it returns stops that. */
  watch(): () => void {
    const timer = setInterval(() => this.waits && void this.look(), LOOK_AGAIN_MS);
    const off = on<Processing>('processing', (event) => event.video_id === this.id && this.hear(event));
    void this.look();
    return () => {
      clearInterval(timer);
      off();
    };
  }

  hear(event: Omit<Processing, 'video_id'>) {
    const done = this.waits && event.state === 'ready';
    this.percent = event.percent;
    this.reason = event.reason ?? '';
    if (done) void this.refresh();
    else this.state = event.state;
  }

  async look() {
    try {
      if (this.own) this.hear(await api.videoStatus(this.id));
      else await this.refresh();
    } catch {
      /* asked again in a moment */
    }
  }

  async refresh() {
    const asked = performance.now();
    this.take((await api.video(this.id)).video, asked);
  }
}

const models = new Map<number, VideoModel>();

export function modelOf(video: Video, asked?: number): VideoModel {
  let model = models.get(video.id);
  if (model) model.take(video, asked);
  else models.set(video.id, (model = new VideoModel(video)));
  return model;
}
