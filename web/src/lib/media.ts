/* Gives one <video> element its stream: the MP4 for short clips (one request to the first frame), HLS for long ones,
 * by the browser itself where that is reliable (Safari), else by hls.js, which is fetched only then. Chrome answers
 * "maybe" for HLS since 142 but fails on some streams; hls.js itself advises to ask for ManagedMediaSource too. */
// SPDX-License-Identifier: Apache-2.0
import type Hls from 'hls.js';
import type { Video } from './types';

const HLS_FROM_MS = 60_000;
const HLS_TYPE = 'application/vnd.apple.mpegurl';
const attached = new WeakMap<HTMLVideoElement, { id: number; hls?: Hls }>();

function wantsHls(video: Video): boolean {
  const ext = video.ext;
  if (!ext?.hls_url) return false;
  // Not navigator.connection.downlink: on a busy machine it called localhost slow and chose the slower start.
  const link = (navigator as Navigator & { connection?: { saveData?: boolean } }).connection;
  return ext.duration_ms > HLS_FROM_MS || link?.saveData === true;
}

export function attach(element: HTMLVideoElement, video: Video) {
  if (attached.get(element)?.id === video.id) return;
  detach(element);
  const record: { id: number; hls?: Hls } = { id: video.id };
  attached.set(element, record);
  const hlsUrl = video.ext?.hls_url;
  if (!hlsUrl || !wantsHls(video)) {
    element.src = video.play_url;
    return;
  }
  if (element.canPlayType(HLS_TYPE) && 'ManagedMediaSource' in window) {
    element.src = hlsUrl;
    return;
  }
  void import('hls.js/light').then(({ default: HlsLight }) => {
    if (attached.get(element) !== record) return;
    if (!HlsLight.isSupported()) {
      element.src = video.play_url;
      return;
    }
    const hls = new HlsLight({
      enableWorker: false,
      maxBufferLength: 10,
      maxMaxBufferLength: 15,
      backBufferLength: 10,
      capLevelToPlayerSize: true,
    });
    record.hls = hls;
    hls.loadSource(hlsUrl);
    hls.attachMedia(element);
    hls.on(HlsLight.Events.ERROR, (_, data) => {
      if (data.fatal && attached.get(element) === record) {
        hls.destroy();
        record.hls = undefined;
        element.src = video.play_url;
      }
    });
  });
}

/** Frees decoder and buffers but keeps the element: Safari lets only elements that were once played by a tap start with sound. */
export function detach(element: HTMLVideoElement) {
  const record = attached.get(element);
  if (!record) return;
  record.hls?.destroy();
  attached.delete(element);
  element.removeAttribute('src');
  element.load();
}
