// The upload of this tab: it goes on while one looks at other screens, and is taken up again after a reload.
// SPDX-License-Identifier: Apache-2.0
import type { Upload as Tus } from 'tus-js-client';
import { api } from './api';
import { on } from './events';
import { ApiError } from './http';
import { t } from './i18n.svelte';
import { session } from './session.svelte';
import { published } from './source.svelte';
import type { Processing } from './types';
import { ui } from './ui.svelte';
import { memory, type Remembered } from './upload-memory';
import { modelOf } from './videos.svelte';
import { noReply, reasonWords, replyWords, words } from './words';

export type Phase = 'pick' | 'uploading' | 'processing' | 'ready' | 'failed';
const CHUNK = 8 * 1024 * 1024;
const RETRY_MS = [0, 1000, 3000, 8000, 15_000, 30_000];
const LOOK_MS = 3000;
const VIDEO_NAME = /\.(mp4|m4v|mov|mkv|webm|avi|ts|3gp)$/i;

const sender = () => import('tus-js-client');

class UploadJob {
  phase = $state<Phase>('pick');
  file = $state.raw<File>();
  caption = $state('');
  sent = $state(0);
  percent = $state(0);
  reason = $state('');
  /** The person has pressed Post; that may be long before the last byte is there. */
  posted = $state(false);
  waits = $state(false);
  videoId = $state(0);
  /** An upload that a reload interrupted; the browser gave its file away. */
  broken = $state.raw<Remembered | null>(null);
  #tus: Tus | undefined;
  #path = '';
  #turn = 0;
  #watching: (() => void) | undefined;

  /** Fetched before it is needed: the connection may be gone when a file is chosen. */
  prepare() {
    void sender().catch(() => {});
  }

  /** Where an earlier life of this page stopped. */
  recall() {
    if (this.phase === 'ready') this.clear();
    if (this.phase !== 'pick') return;
    const earlier = memory.read(session.user?.id ?? 0);
    if (earlier?.videoId) {
      this.caption = earlier.caption;
      this.videoId = earlier.videoId;
      this.posted = true;
      this.#process();
    } else this.broken = earlier;
  }

  /** Why this file will not be sent; empty if it will. */
  refusal(file: File): 'type' | 'size' | '' {
    if (!file.type.startsWith('video/') && !VIDEO_NAME.test(file.name)) return 'type';
    return file.size > session.limits.upload_bytes ? 'size' : '';
  }

  async start(file: File) {
    const earlier = this.broken && memory.sameFile(this.broken, file) ? this.broken : null;
    this.broken = null;
    this.file = file;
    this.caption = earlier?.caption ?? file.name.replace(/\.[^.]+$/, '').slice(0, session.limits.caption);
    this.posted = earlier?.posted ?? false;
    this.#path = '';
    await this.#send(file, earlier?.url);
  }

  async #send(file: File, url?: string) {
    this.phase = 'uploading';
    this.sent = 0;
    this.reason = '';
    this.#show();
    const turn = ++this.#turn;
    const tus = await sender().catch(() => null);
    if (turn !== this.#turn) return; // given up meanwhile
    if (!tus) return this.#fail(noReply());
    this.#tus = new tus.Upload(file, {
      endpoint: '/api/v1/uploads',
      uploadUrl: url,
      chunkSize: CHUNK,
      retryDelays: RETRY_MS,
      storeFingerprintForResuming: false,
      metadata: { filename: file.name, filetype: file.type },
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        this.waits = status === 0 || status >= 500;
        return this.waits || status === 409 || status === 423 || status === 429;
      },
      onUploadUrlAvailable: () => this.remember(),
      onProgress: (done) => {
        this.waits = false;
        this.sent = done;
        this.#show();
      },
      onError: (error) => this.#fail(tusWords(error)),
      onSuccess: () => this.#arrived(file),
    });
    this.#tus.start();
  }

  /** Goes on where it stopped; the server knows how far it got. */
  async retry() {
    if (this.#path) return this.#publish();
    if (this.file) await this.#send(this.file, this.#tus?.url ?? undefined);
  }

  #arrived(file: File) {
    this.sent = file.size;
    this.waits = false;
    this.#path = new URL(this.#tus?.url ?? '', location.href).pathname;
    if (this.posted) void this.#publish();
  }

  post() {
    this.posted = true;
    this.remember();
    if (this.#path) void this.#publish();
  }

  async #publish() {
    this.phase = 'processing';
    this.#show();
    try {
      this.videoId = (await api.publish(this.#path, this.caption.trim())).video_id;
      this.remember();
      this.#process();
    } catch (error) {
      this.posted = false; // a caption that was refused can be changed
      this.#fail(words(error));
    }
  }

  #process() {
    this.phase = 'processing';
    this.percent = 0;
    this.#show();
    const look = () =>
      void api.videoStatus(this.videoId).then(
        (now) => this.#hear(now),
        (error) => this.#deny(error),
      );
    const timer = setInterval(look, LOOK_MS);
    const off = on<Processing>('processing', (event) => event.video_id === this.videoId && this.#hear(event));
    this.#watching = () => {
      clearInterval(timer);
      off();
    };
    look();
  }

  #hear(now: Omit<Processing, 'video_id'>) {
    if (this.phase !== 'processing') return;
    this.percent = Math.max(this.percent, now.percent);
    this.#show();
    if (now.state === 'failed') this.#fail(reasonWords(now.reason ?? ''));
    if (now.state === 'ready') void this.#done();
  }

  /* No more of it will be told: it was deleted somewhere else, say. */
  #deny(error: unknown) {
    if (this.phase === 'processing' && error instanceof ApiError && !error.passing) this.clear();
  }

  async #done() {
    this.#end('ready');
    const id = this.videoId;
    const { video } = await api.video(id);
    published(video.author.id).prepend(modelOf(video));
    if (location.pathname !== '/upload') ui.toast(t('upload.ready'));
  }

  #fail(reason: string) {
    this.reason = reason;
    this.#end('failed');
    if (location.pathname !== '/upload') ui.toast(t('upload.failed'));
  }

  #end(phase: Phase) {
    this.#watching?.();
    this.phase = phase;
    this.waits = false;
    ui.upload = null;
    if (phase === 'ready' || this.videoId) memory.forget();
  }

  /** Gives the file up, here and on the server. */
  cancel() {
    void this.#tus?.abort(this.phase === 'uploading' || this.#path !== '').catch(() => {});
    this.clear();
  }

  clear() {
    this.#watching?.();
    memory.forget();
    this.#turn++;
    this.#tus = this.file = undefined;
    this.#path = this.caption = this.reason = '';
    this.sent = this.percent = this.videoId = 0;
    this.posted = this.waits = false;
    this.broken = ui.upload = null;
    this.phase = 'pick';
  }

  remember() {
    if (this.phase !== 'uploading' && this.phase !== 'processing') return;
    const url = this.#tus?.url;
    const user = session.user?.id;
    if (!user) return;
    if (this.videoId) memory.write({ user, videoId: this.videoId, caption: this.caption });
    else if (url && this.file)
      memory.write({ user, url, file: this.file, sent: this.sent, caption: this.caption, posted: this.posted });
  }

  #show() {
    const size = this.file?.size || 1;
    ui.upload = this.phase === 'uploading' ? Math.floor((100 * this.sent) / size) : this.percent;
  }
}

function tusWords(error: unknown): string {
  const reply = (error as { originalResponse?: { getBody(): string } }).originalResponse;
  return reply ? replyWords(reply.getBody()) : noReply();
}

export const job = new UploadJob();
