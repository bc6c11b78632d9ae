// The stream of events through refusals and tabs that are left: it is always asked for again.
// SPDX-License-Identifier: Apache-2.0
import { beforeAll, beforeEach, afterEach, expect, test, vi } from 'vitest';

class FakeSource {
  static readonly CLOSED = 2;
  static made: FakeSource[] = [];
  readyState = 1;
  onopen = () => {};
  onerror = () => {};
  addEventListener = () => {};
  constructor() {
    FakeSource.made.push(this);
  }
  close() {
    this.readyState = FakeSource.CLOSED;
  }
  refuse() {
    this.close();
    this.onerror();
  }
}
const last = () => FakeSource.made.at(-1)!;
let listen: (listening: boolean) => void;
let show: (state: 'visible' | 'hidden') => void;

beforeAll(async () => {
  vi.stubGlobal('EventSource', FakeSource);
  const page = { visibilityState: 'visible', addEventListener: (_: string, heard: () => void) => (hear = heard) };
  let hear = () => {};
  vi.stubGlobal('document', page);
  show = (state) => {
    page.visibilityState = state;
    hear();
  };
  ({ listen } = await import('../../src/lib/events'));
});
beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.made = [];
  listen(true);
});
afterEach(() => {
  listen(false);
  show('visible');
  vi.useRealTimers();
});

test('a_refused_stream_is_asked_for_again', () => {
  last().refuse();
  vi.advanceTimersByTime(1000);
  expect(FakeSource.made.length).toBe(2);
});

test('a_tab_that_was_left_for_long_gives_its_stream_back_and_asks_for_it_when_looked_at', () => {
  show('hidden');
  vi.advanceTimersByTime(60_000);
  expect(last().readyState).toBe(FakeSource.CLOSED);
  show('visible');
  expect(FakeSource.made.length).toBe(2);
});

test('a_glance_at_another_tab_leaves_a_good_stream_alone', () => {
  show('hidden');
  show('visible');
  vi.advanceTimersByTime(120_000);
  expect([FakeSource.made.length, last().readyState]).toEqual([1, 1]);
});

test('a_stream_that_was_refused_before_a_glance_at_another_tab_is_asked_for_again', () => {
  last().refuse();
  show('hidden');
  show('visible');
  expect(FakeSource.made.length).toBe(2);
});
