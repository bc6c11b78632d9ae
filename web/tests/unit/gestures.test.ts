// Tap, double tap, hold, and what is none of them.
// SPDX-License-Identifier: Apache-2.0
import { beforeEach, expect, test, vi } from 'vitest';
import { Gestures } from '../../src/lib/gestures';

let did: string[];
let hands: Gestures;
beforeEach(() => {
  vi.useFakeTimers();
  did = [];
  hands = new Gestures({
    tap: () => did.push('tap'),
    doubleTap: (at) => did.push(`double ${at.x}`),
    hold: (down) => did.push(down ? 'hold' : 'let go'),
  });
});
const at = (x: number) => ({ x, y: 50 });
function touch(x: number, now: number, slip = 0) {
  hands.down(at(x));
  hands.up();
  hands.click(at(x + slip), now);
}

test('a_tap_acts_at_once_and_two_slow_ones_are_two', () => {
  touch(10, 1000);
  touch(10, 1300);
  expect(did).toEqual(['tap', 'tap']);
});

test('a_second_tap_in_time_is_a_double_tap_where_the_finger_was', () => {
  touch(10, 1000);
  touch(42, 1200);
  expect(did).toEqual(['tap', 'double 42']);
});

test('a_finger_that_slips_is_no_tap', () => {
  touch(10, 1000, 13);
  expect(did).toEqual([]);
});

test('holding_is_no_tap', () => {
  hands.down(at(10));
  vi.advanceTimersByTime(420);
  hands.up();
  hands.click(at(10), 5000);
  expect(did.filter((one) => one !== 'let go')).toEqual(['hold']);
  expect(did).toContain('let go');
});

test('letting_go_early_does_not_hold_later', () => {
  hands.down(at(10));
  vi.advanceTimersByTime(300);
  hands.up();
  vi.advanceTimersByTime(1000);
  expect(did).toEqual([]);
});
