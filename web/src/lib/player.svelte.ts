// What one slide's <video> element is doing, and what can be asked of it.
// SPDX-License-Identifier: Apache-2.0
import { attach, detach } from './media';
import { prefs } from './prefs.svelte';
import { ui } from './ui.svelte';
import type { VideoModel } from './videos.svelte';

/** A shorter stall is not felt: no spinner for it. */
const STALL_MS = 400;

export class Player {
  element = $state.raw<HTMLVideoElement>();
  /** The first frame of this video is on the screen: its cover may go. */
  painted = $state(false);
  paused = $state(false);
  stalled = $state(false);
  failed = $state(false);
  /** Held down: twice the speed. */
  fast = $state(false);
  cue = $state('');
  #stall = 0;
  #turn = 0;

  /** Another video comes into this slot. */
  reset(empty: boolean) {
    this.#turn++;
    this.painted = this.paused = this.failed = this.fast = false;
    this.cue = '';
    this.flows();
    if (empty && this.element) detach(this.element);
  }

  load(video: VideoModel) {
    if (this.element) attach(this.element, video.data);
  }

  async start() {
    const node = this.element;
    if (!node) return;
    this.paused = false;
    this.#awaitFrame(node);
    try {
      await node.play();
    } catch (error) {
      await this.#refused(node, error as DOMException);
    }
  }

  #awaitFrame(node: HTMLVideoElement) {
    const turn = this.#turn;
    const paint = () => {
      if (turn !== this.#turn) return;
      this.painted = ui.begun = true;
    };
    if ('requestVideoFrameCallback' in node) node.requestVideoFrameCallback(paint);
    else (node as HTMLVideoElement).addEventListener('timeupdate', paint, { once: true });
  }

  /* Sound without a gesture is refused: then without sound. */
  async #refused(node: HTMLVideoElement, error: DOMException) {
    if (error.name !== 'NotAllowedError') return;
    if (node.muted) {
      this.paused = true;
      return;
    }
    prefs.muted = node.muted = true;
    await node.play().catch(() => (this.paused = true));
  }

  pause() {
    this.element?.pause();
    this.paused = true;
  }

  togglePlay() {
    if (!this.element) return;
    if (this.element.paused) void this.start();
    else this.pause();
  }

  /** What nobody looks at is given up quietly: it is fetched anew when its turn comes. */
  broke(active: boolean) {
    if (!this.element?.getAttribute('src')) return;
    if (active) this.failed = true;
    else detach(this.element);
  }

  retry(video: VideoModel) {
    if (!this.element) return;
    this.failed = false;
    detach(this.element);
    attach(this.element, video.data);
    void this.start();
  }

  seekBy(seconds: number) {
    const node = this.element;
    if (node) node.currentTime = Math.max(0, Math.min(node.duration || 0, node.currentTime + seconds));
  }

  waits() {
    clearTimeout(this.#stall);
    this.#stall = window.setTimeout(() => (this.stalled = true), STALL_MS);
  }

  flows() {
    clearTimeout(this.#stall);
    this.stalled = false;
  }

  /** Inside the first tap: an element that a person once told to play may later start with sound (Safari). */
  bless() {
    const node = this.element;
    if (!node || !node.paused) return;
    // Without a source play() would leave a promise behind that starts it later.
    if (node.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) node.load();
    else
      node.play().then(
        () => node.pause(),
        () => {},
      );
  }

  /** Captions are drawn by us, above the text at the foot; the browser only keeps their time. */
  captions = (node: HTMLTrackElement) => {
    const { track } = node;
    track.mode = 'hidden';
    const show = () => {
      const texts = [...(track.activeCues ?? [])].map((cue) => (cue as VTTCue).text);
      this.cue = texts.join('\n').replace(/<[^>]*>/g, '');
    };
    track.addEventListener('cuechange', show);
    return () => {
      track.removeEventListener('cuechange', show);
      this.cue = '';
    };
  };
}
