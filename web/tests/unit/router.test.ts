// Which screen an address means, and where the server's files are fetched.
// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { here } from '../../src/lib/address';
import { parse } from '../../src/lib/router.svelte';

test.each([
  ['/', { name: 'forYou' }],
  ['/following', { name: 'following' }],
  ['/v/12', { name: 'video', id: 12 }],
  ['/u/7', { name: 'profile', id: 7, tab: 'videos' }],
  ['/u/7/liked', { name: 'profile', id: 7, tab: 'liked' }],
  ['/upload', { name: 'upload' }],
  ['/messages', { name: 'messages', peer: 0 }],
  ['/messages/3', { name: 'messages', peer: 3 }],
  ['/inbox', { name: 'inbox' }],
  ['/settings', { name: 'settings' }],
])('%s_is_a_screen', (path, route) => expect(parse(path)).toEqual(route));

test('search_takes_its_words_from_the_query', () => {
  expect(parse('/search', '?q=%E6%B5%B7+sea')).toEqual({ name: 'search', q: '海 sea' });
});

test.each([
  '/v',
  '/v/0',
  '/v/-1',
  '/v/1e3',
  '/v/abc',
  '/v/9999999999999999', // beyond what JavaScript counts exactly
  '/u/7/else',
  '/v/1/2',
  '/messages/x',
  '/upload/1',
  '/nowhere',
])('%s_is_no_screen', (path) => expect(parse(path)).toEqual({ name: 'notFound' }));

test('files_of_the_server_come_from_where_the_page_came_from', () => {
  expect(here('http://other-name:8080/media/a.mp4?v=1')).toBe('/media/a.mp4?v=1');
  expect(here('/media/a.mp4')).toBe('/media/a.mp4');
  expect(here('https://store.example/bucket/a.mp4')).toBe('https://store.example/bucket/a.mp4');
});
