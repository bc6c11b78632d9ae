// The comments of a video: what one writes while they are still on their way.
// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test, vi } from 'vitest';
import { Thread } from '../../src/lib/thread.svelte';
import type { Comment, User } from '../../src/lib/types';
import type { VideoModel } from '../../src/lib/videos.svelte';

const me = { id: 1, name: 'me' } as User;
const comment = (id: number) => ({ id, user: me, content: `c${id}`, create_date: '' }) as Comment;
const settle = () => new Promise((go) => setTimeout(go));
/** Replies when the test says so: to the list, and to what is written. */
function server() {
  const answers: Record<string, (reply: object) => void> = {};
  vi.stubGlobal('fetch', (url: string) => {
    const kind = url.includes('/action/') ? 'written' : 'list';
    return new Promise((go) => {
      answers[kind] = (reply) => go(new Response(JSON.stringify({ status_code: 0, ...reply })));
    });
  });
  return answers;
}
const ids = (thread: Thread) => thread.lines.map((line) => (line.pending ? 'draft' : line.id));

afterEach(() => vi.unstubAllGlobals());

test('a_comment_that_is_written_while_the_list_loads_stays', async () => {
  const answers = server();
  const thread = new Thread({ id: 9, comments: 1 } as VideoModel);
  const sent = thread.send(me, 'c2');
  answers.list!({ comment_list: [comment(1)] });
  await settle();
  expect(ids(thread)).toEqual(['draft', 1]);
  answers.written!({ comment: comment(2) });
  await sent;
  expect(ids(thread)).toEqual([2, 1]);
});

test('a_comment_that_the_list_already_has_is_there_once', async () => {
  const answers = server();
  const thread = new Thread({ id: 9, comments: 1 } as VideoModel);
  const sent = thread.send(me, 'c2');
  answers.list!({ comment_list: [comment(2), comment(1)] });
  await settle();
  answers.written!({ comment: comment(2) });
  await sent;
  expect(ids(thread)).toEqual([2, 1]);
});
