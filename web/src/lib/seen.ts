// Reports which videos were watched, so that the feed shows others next time.
// SPDX-License-Identifier: Apache-2.0
import { beaconSeen } from './api';
import { session } from './session.svelte';

const BATCH = 10;
const GLANCE_MS = 300;

let waiting: { video_id: number; watched_ms: number }[] = [];

/** Of somebody who is logged in only: nobody else has a list of what was seen. */
export function noteSeen(video_id: number, watched_ms: number) {
  if (watched_ms < GLANCE_MS || !session.user) return;
  waiting.push({ video_id, watched_ms: Math.round(watched_ms) });
  if (waiting.length >= BATCH) flushSeen();
}

export function flushSeen() {
  beaconSeen(waiting);
  waiting = [];
}

document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && flushSeen());
