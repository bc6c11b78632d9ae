// What a failure is called: in the reader's language, whoever reads the reply.
// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, expect, test } from 'vitest';
import contract from '../../../docs/contract.md?raw';
import { ApiError } from '../../src/lib/http';
import { i18n } from '../../src/lib/i18n.svelte';
import { replyWords, words } from '../../src/lib/words';
import zh from '../../src/locales/zh-CN.json';

const CODES = [...contract.matchAll(/\| (1\d{4}|50\d{3}) \|/g)].map((found) => found[1]);

beforeAll(() => i18n.use('zh-CN'));
afterAll(() => i18n.use('en'));

test('every_code_of_the_server_has_a_sentence_in_each_language', () => {
  expect(CODES.length).toBeGreaterThan(15);
  for (const code of CODES) expect(words(new ApiError(Number(code), 'no')), code).not.toMatch(/[a-z]/);
});

test('what_refuses_an_upload_is_said_in_the_readers_language', () => {
  expect(replyWords('{"status_code":10008,"status_msg":"too large"}')).toBe(zh['error.10008']);
  expect(replyWords('<html>bad gateway</html>')).toBe(zh['state.error']);
});
