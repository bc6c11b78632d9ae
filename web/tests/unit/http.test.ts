// One call: what becomes of each way in which a reply can be wrong.
// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test, vi } from 'vitest';
import { call, get, post, sessionEnd } from '../../src/lib/http';

const asked: [string, RequestInit][] = [];
function reply(body: string | Error, status = 200) {
  asked.length = 0;
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push([url, init]);
    if (body instanceof Error) throw body;
    return new Response(body, { status });
  });
}
afterEach(() => {
  sessionEnd.heard = () => {};
});

test('parameters_of_a_get_are_in_its_address_and_missing_ones_are_left_out', async () => {
  reply('{"status_code":0,"n":5}');
  expect(await get<{ n: number }>('/x', { a: 1, b: undefined, c: '海' })).toMatchObject({ n: 5 });
  expect(asked[0]![0]).toBe('/x?a=1&c=%E6%B5%B7');
});

test('parameters_of_a_post_are_in_its_body', async () => {
  reply('{"status_code":0}');
  await post('/x', { password: 'secret' });
  expect(asked[0]![0]).toBe('/x');
  expect(String(asked[0]![1].body)).toBe('password=secret');
});

test('a_file_is_the_body_itself', async () => {
  reply('{"status_code":0}');
  const file = new Blob(['x']);
  await call('PUT', '/x', undefined, file);
  expect(asked[0]![1].body).toBe(file);
});

test('a_refusal_keeps_its_code_and_words', async () => {
  reply('{"status_code":10001,"status_msg":"taken"}');
  await expect(get('/x')).rejects.toMatchObject({ code: 10001, message: 'taken', offline: false });
});

test('an_envelope_counts_whatever_the_http_status_is', async () => {
  reply('{"status_code":10006,"status_msg":"too frequent"}', 429);
  await expect(get('/x')).rejects.toMatchObject({ code: 10006 });
});

test('a_page_of_a_proxy_is_an_error_but_not_being_offline', async () => {
  reply('<html>502</html>', 502);
  await expect(get('/x')).rejects.toMatchObject({ offline: false });
});

test('no_reply_at_all_is_being_offline', async () => {
  reply(new TypeError('failed to fetch'));
  await expect(get('/x')).rejects.toMatchObject({ offline: true });
});

test('the_end_of_a_session_is_heard', async () => {
  let heard = 0;
  sessionEnd.heard = () => heard++;
  reply('{"status_code":10004,"status_msg":"log in"}');
  await expect(get('/x')).rejects.toMatchObject({ code: 10004 });
  expect(heard).toBe(1);
});
