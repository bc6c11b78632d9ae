// A conversation: what of it counts as read.
// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test, vi } from 'vitest';
import { Conversation } from '../../src/lib/conversation.svelte';
import type { Message } from '../../src/lib/types';

afterEach(() => vi.unstubAllGlobals());

test('what_arrives_while_one_looks_elsewhere_is_read_when_one_looks_again', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    return new Response(JSON.stringify({ status_code: 0, message_list: [] }));
  });
  const page = { ...document, visibilityState: 'hidden' };
  vi.stubGlobal('document', page);
  const talk = new Conversation(2);
  talk.hear({ id: 5, from_user_id: 2, to_user_id: 1, content: 'hi', create_time: 100 } as Message);
  await talk.read();
  expect(asked).toEqual([]);
  page.visibilityState = 'visible';
  await talk.read();
  expect(asked).toEqual(['/douyin/message/chat/?to_user_id=2&pre_msg_time=99']);
});
