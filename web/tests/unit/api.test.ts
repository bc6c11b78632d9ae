// The calls of the client that do more than ask.
// SPDX-License-Identifier: Apache-2.0
import { expect, test, vi } from 'vitest';
import { api } from '../../src/lib/api';

async function feedAfter(from: number | undefined, next_time: number) {
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ status_code: 0, video_list: [], next_time })));
  return (await api.feed(from)).next;
}

test('the_feed_leads_back_in_time_then_back_through_what_was_seen', async () => {
  expect(await feedAfter(undefined, 1000)).toBe(1000);
  expect(await feedAfter(1000, 900)).toBe(900);
  expect(await feedAfter(900, -2000)).toBe(-2000);
  expect(await feedAfter(-2000, -1500)).toBe(-1500);
});

test('the_feed_ends_where_it_begins_anew', async () => {
  expect(await feedAfter(900, 5000)).toBeUndefined();
  expect(await feedAfter(900, 900)).toBeUndefined();
  expect(await feedAfter(-1500, 5000)).toBeUndefined();
  expect(await feedAfter(-1500, -2000)).toBeUndefined();
});
