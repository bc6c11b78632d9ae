// The list of conversations: its order, what is new in it, how it grows.
// SPDX-License-Identifier: Apache-2.0
import { expect, test, vi } from 'vitest';
import { Conversations } from '../../src/lib/conversations.svelte';
import { session } from '../../src/lib/session.svelte';
import type { Message, User } from '../../src/lib/types';

const ME = 1;
const person = (id: number) => ({ id, name: `person ${id}` }) as User;
const message = (from: number, to: number, content: string): Message => ({
  id: 9,
  from_user_id: from,
  to_user_id: to,
  content,
  create_time: 5,
});
const talked = (id: number, unread = false) => ({ user: person(id), message: message(id, ME, `by ${id}`), unread });

/** A server with pages of conversations, and friends. */
function server(pages: Record<string, object>, friends: (User & { message: string })[] = []) {
  vi.stubGlobal('fetch', async (url: string) => {
    const { pathname, searchParams } = new URL(url, 'http://x');
    const found = pathname.endsWith('/friends') ? { user_list: friends } : pages[searchParams.get('cursor') ?? ''];
    return new Response(JSON.stringify({ status_code: 0, ...found }));
  });
}
async function list(...of: object[]) {
  server({ '': { conversation_list: of } }, [
    { ...person(2), message: 'by 2' },
    { ...person(7), message: '' },
  ]);
  session.user = person(ME);
  const made = new Conversations(ME);
  await made.load();
  return made;
}
const ids = (made: Conversations) => made.talks.map((talk) => talk.user.id);

test('friends_to_whom_nothing_was_said_come_behind_the_conversations', async () => {
  const made = await list(talked(2), talked(3));
  expect([ids(made), made.silent.map((one) => one.id)]).toEqual([[2, 3], [7]]);
});

test('whoever_writes_moves_up_and_is_new_unless_he_is_on_the_screen', async () => {
  const made = await list(talked(2), talked(3), talked(4));
  made.heard(message(4, ME, 'hello'), 3);
  made.heard(message(3, ME, 'and I'), 3);
  expect(made.talks.map(({ user, text, fresh }) => [user.id, text, fresh])).toEqual([
    [3, 'and I', false],
    [4, 'hello', true],
    [2, 'by 2', false],
  ]);
});

test('what_one_says_oneself_is_not_new', async () => {
  const made = await list(talked(2));
  made.heard(message(ME, 7, 'hello'), 0);
  expect(made.talks[0]).toMatchObject({ user: { id: 7 }, text: 'hello', mine: true, fresh: false });
  expect(made.silent).toEqual([]);
});

test('somebody_unknown_who_writes_is_asked_for', async () => {
  const made = await list(talked(2));
  server({ '': { conversation_list: [talked(8, true), talked(2)] } });
  made.heard(message(8, ME, 'hello'), 0);
  await vi.waitFor(() => expect(ids(made)).toEqual([8, 2]));
  expect(made.talks[0]!.fresh).toBe(true);
});

test('what_was_opened_is_no_longer_new', async () => {
  const made = await list(talked(2, true), talked(3, true));
  made.read(3);
  expect(made.talks.map((talk) => talk.fresh)).toEqual([true, false]);
});

test('further_pages_follow_and_nobody_comes_twice', async () => {
  server({
    '': { conversation_list: [talked(2), talked(3)], cursor: 'a' },
    a: { conversation_list: [talked(3), talked(4)] },
  });
  const made = new Conversations(ME);
  await made.load();
  await made.more();
  expect([ids(made), made.next]).toEqual([[2, 3, 4], '']);
});
