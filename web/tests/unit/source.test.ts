// A list that grows: pages, doubles, its end, its place.
// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Cursor, VideoPage } from '../../src/lib/api';
import { ApiError, CODE } from '../../src/lib/http';
import { Source } from '../../src/lib/source.svelte';
import type { Video } from '../../src/lib/types';

let nextPerson = 1;
function video(id: number): Video {
  const author = { id: nextPerson++, name: 'someone', is_follow: false } as Video['author'];
  return {
    id,
    author,
    title: '',
    play_url: '',
    cover_url: '',
    favorite_count: 0,
    comment_count: 0,
    is_favorite: false,
  };
}
const page = (ids: number[], next?: Cursor): VideoPage => ({ video_list: ids.map(video), next });
/** Replies in turn; the cursors that were asked for are kept. */
function list(...replies: (VideoPage | Error)[]) {
  const asked: Cursor[] = [];
  const fetchPage = async (cursor: Cursor) => {
    asked.push(cursor);
    const reply = replies.shift();
    if (!reply || reply instanceof Error) throw reply;
    return reply;
  };
  const done = { count: 0 };
  const source = new Source('test', fetchPage, () => done.count);
  return { source, asked, done };
}
const ids = (source: Source) => source.items.map((item) => item.id);

test('pages_follow_each_other_by_their_cursor', async () => {
  const { source, asked } = list(page([1, 2], 'a'), page([3], ''));
  await source.more();
  await source.more();
  await source.more();
  expect([ids(source), asked, source.state]).toEqual([[1, 2, 3], [undefined, 'a'], 'end']);
});

test('a_video_that_comes_twice_is_shown_once', async () => {
  const { source } = list(page([1, 2], 'a'), page([2, 3], 'b'));
  await source.more();
  await source.more();
  expect(ids(source)).toEqual([1, 2, 3]);
});

test('an_empty_page_that_names_a_next_leads_to_the_one_after_it', async () => {
  const { source } = list(page([], 5), page([1], ''));
  await source.more();
  await new Promise((go) => setTimeout(go));
  expect([ids(source), source.state]).toEqual([[1], 'end']);
});

test('a_page_of_nothing_new_leads_to_the_one_after_it', async () => {
  const { source, asked } = list(page([1, 2], 'a'), page([1, 2], 'b'), page([3], ''));
  await source.more();
  await source.more();
  await new Promise((go) => setTimeout(go));
  expect([ids(source), asked.length]).toEqual([[1, 2, 3], 3]);
});

test('a_cursor_that_does_not_move_does_not_loop', async () => {
  const { source, asked } = list(page([1], 'a'), page([1], 'a'));
  await source.more();
  await source.more();
  expect([source.state, asked.length]).toEqual(['end', 2]);
});

test('what_went_wrong_is_told_apart_and_can_be_tried_again', async () => {
  for (const [error, state] of [
    [new ApiError(-1, ''), 'offline'],
    [new ApiError(CODE.noVideo, 'no such video'), 'missing'],
    [new ApiError(50000, 'failed'), 'error'],
    [new TypeError('a bug'), 'error'],
  ] as const) {
    const { source } = list(error, page([1], ''));
    await source.more();
    expect(source.state).toBe(state);
    await source.retry();
    expect(ids(source)).toEqual([1]);
  }
});

test('taking_a_video_away_keeps_the_place', async () => {
  const { source } = list(page([1, 2, 3, 4], ''));
  await source.more();
  source.index = 2;
  source.remove((one) => one.id === 1);
  expect([ids(source), source.items[source.index]?.id]).toEqual([[2, 3, 4], 3]);
  source.remove((one) => one.id === 3);
  expect(source.items[source.index]?.id).toBe(4);
  source.remove((one) => one.id === 4);
  expect(source.items[source.index]?.id).toBe(2);
  source.remove(() => true);
  expect([source.items.length, source.index]).toEqual([0, 0]);
});

test('a_reply_from_before_a_restart_is_thrown_away', async () => {
  let release: (page: VideoPage) => void = () => {};
  let calls = 0;
  const source = new Source('test', () =>
    calls++ === 0 ? new Promise<VideoPage>((go) => (release = go)) : Promise.resolve(page([9], '')),
  );
  const first = source.more();
  await source.restart();
  release(page([1], 'old'));
  await first;
  expect(ids(source)).toEqual([9]);
});

test('a_list_that_is_entered_from_its_top_shows_what_is_new', async () => {
  const { source } = list(page([1, 2], 'a'), page([3], ''), page([9, 1], 'b'), page([2], ''));
  for (let time = 0; time < 2; time++) await source.more();
  source.index = 0;
  await source.enter(false);
  expect([ids(source), source.items[source.index]?.id]).toEqual([[9, 1], 1]);
  await source.more();
  expect([ids(source), source.state]).toEqual([[9, 1, 2], 'end']);
});

test('a_list_that_was_empty_is_asked_again_and_one_that_became_empty_is_empty', async () => {
  const { source } = list(page([]), page([1]), page([]));
  const found = [];
  for (let time = 0; time < 3; time++) {
    await source.enter(false);
    found.push(ids(source));
  }
  expect(found).toEqual([[], [1], []]);
});

test('a_list_whose_beginning_is_as_it_was_keeps_all_its_pages', async () => {
  const { source, asked } = list(page([1, 2], 'a'), page([3], ''), page([1, 2], 'a'));
  for (let time = 0; time < 2; time++) await source.more();
  await source.enter(false);
  expect([ids(source), asked]).toEqual([
    [1, 2, 3],
    [undefined, 'a', undefined],
  ]);
});

test('who_comes_back_to_a_place_finds_the_list_as_it_was_unless_it_is_old', async () => {
  const { source, asked, done } = list(page([1, 2], ''), page([2], ''));
  await source.more();
  await source.enter(true);
  expect([ids(source), asked.length]).toEqual([[1, 2], 1]);
  done.count++;
  await source.enter(true);
  await source.enter(true);
  expect([ids(source), asked.length]).toEqual([[2], 2]);
});

test('a_refresh_that_fails_leaves_everything', async () => {
  const { source } = list(page([1], ''), new ApiError(-1, ''));
  await source.more();
  await source.enter(false);
  expect([ids(source), source.state]).toEqual([[1], 'end']);
});
