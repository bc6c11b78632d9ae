// Gives a <video> element its stream: the MP4 of a short clip, HLS for a long one or where data is dear.
// SPDX-License-Identifier: Apache-2.0
import type Hls from 'hls.js';
import { here } from './address';
import { saveData } from './prefs.svelte';
import type { Video } from './types';

/* One request leads to the first frame of an MP4, three to that of a playlist. */
const HLS_FROM_MS = 60_000;
const HLS_TYPE = 'application/vnd.apple.mpegurl';
const AHEAD_S = 10;
const AHEAD_MAX_S = 15;

interface Attached {
  id: number;
  url: string;
  hls?: Hls;
}
const attached = new WeakMap<HTMLVideoElement, Attached>();

function playlistOf(video: Video): string | undefined {
  const ext = video.ext;
  if (!ext?.hls_url || !(ext.duration_ms > HLS_FROM_MS || saveData())) return undefined;
  return here(ext.hls_url);
}

/* Chrome answers "maybe" for HLS and then fails on some streams; only who has ManagedMediaSource is Safari and means it. */
const playsHls = (element: HTMLVideoElement) => element.canPlayType(HLS_TYPE) !== '' && 'ManagedMediaSource' in window;

async function attachHls(element: HTMLVideoElement, record: Attached, playlist: string) {
  const { default: HlsLight } = await import('hls.js/light').catch(() => ({ default: undefined }));
  if (attached.get(element) !== record) return;
  if (!HlsLight?.isSupported()) {
    element.src = record.url;
    return;
  }
  const hls = new HlsLight({
    enableWorker: false, // a worker from a blob is what the Content-Security-Policy forbids
    maxBufferLength: AHEAD_S,
    maxMaxBufferLength: AHEAD_MAX_S,
    backBufferLength: AHEAD_S,
    capLevelToPlayerSize: true,
    ...(saveData() && { startLevel: 0, autoLevelCapping: 0 }),
  });
  record.hls = hls;
  hls.on(HlsLight.Events.ERROR, (_, data) => {
    if (!data.fatal || attached.get(element) !== record) return;
    hls.destroy();
    record.hls = undefined;
    element.src = record.url;
  });
  hls.loadSource(playlist);
  hls.attachMedia(element);
}

export function attach(element: HTMLVideoElement, video: Video) {
  if (attached.get(element)?.id === video.id) return;
  detach(element);
  const record: Attached = { id: video.id, url: here(video.play_url) };
  attached.set(element, record);
  const playlist = playlistOf(video);
  if (!playlist) element.src = record.url;
  else if (playsHls(element)) element.src = playlist;
  else void attachHls(element, record, playlist);
}

/** Frees decoder and buffers and keeps the element: Safari starts with sound only what a tap once started. */
export function detach(element: HTMLVideoElement) {
  const record = attached.get(element);
  if (!record) return;
  record.hls?.destroy();
  attached.delete(element);
  element.removeAttribute('src');
  element.load();
}
