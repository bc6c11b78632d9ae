// The time a video has moved.
// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { stopwatch } from '../../src/lib/stopwatch';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'], now: 1000 }));
afterEach(() => void vi.useRealTimers());

/** A video that says what it does, each for so long. */
function after(...doings: [name: string, ms: number][]) {
  const node = Object.assign(new EventTarget(), { paused: true, readyState: 0 }) as unknown as HTMLVideoElement;
  const watched = stopwatch(node);
  for (const [name, ms] of doings) {
    node.dispatchEvent(new Event(name));
    vi.advanceTimersByTime(ms);
  }
  return watched();
}

test('what_plays_until_the_end_counts_whole', () => {
  expect(after(['play', 300], ['playing', 2000])).toBe(2000);
});

test('a_pause_and_a_stall_do_not_count', () => {
  expect(after(['playing', 500], ['pause', 60_000], ['playing', 200], ['waiting', 9000], ['playing', 50])).toBe(750);
});

test('a_second_start_without_a_stop_counts_once', () => {
  expect(after(['playing', 100], ['playing', 100])).toBe(200);
});

test('what_never_played_was_not_watched', () => {
  expect(after(['waiting', 5000], ['pause', 100])).toBe(0);
});
