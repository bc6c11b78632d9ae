// Whose page it is: what other tabs do to the session, and a server that does not answer.
// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { session } from '../../src/lib/session.svelte';
import type { User } from '../../src/lib/types';
import { ui } from '../../src/lib/ui.svelte';

const person = (id: number) => ({ id, name: `p${id}` }) as User;
const reload = vi.fn();
/** Who the cookie belongs to, as the server sees it. */
let cookie: User | null;
let unread = 0;
const reply = () => new Response(JSON.stringify({ status_code: 0, user: cookie, unread: { messages: unread } }));

beforeEach(() => {
  vi.stubGlobal('fetch', async () => reply());
  vi.stubGlobal('location', { ...location, reload });
  session.user = cookie = person(1);
  session.known = true;
});
afterEach(() => {
  ui.login = null;
  reload.mockClear();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('the_same_person_is_no_reason_to_begin_anew', async () => {
  unread = 3;
  await session.check();
  await session.refreshUnread();
  expect([reload.mock.calls.length, session.unread.messages]).toEqual([0, 3]);
});

test('a_page_that_has_become_somebody_elses_begins_anew', async () => {
  const cases: [User | null, User][] = [
    [person(1), person(2)],
    [null, person(1)],
  ];
  for (const [shown, now] of cases) {
    for (const asks of ['load', 'check', 'refreshUnread'] as const) {
      reload.mockClear();
      session.user = shown;
      cookie = now;
      await session[asks]();
      expect([asks, reload.mock.calls.length, session.user]).toEqual([asks, 1, shown]);
    }
  }
});

test('a_session_that_is_over_asks_for_a_login', async () => {
  cookie = null;
  await session.check();
  expect([reload.mock.calls.length, session.user, ui.login !== null]).toEqual([0, null, true]);
});

test('whoever_is_not_known_for_want_of_an_answer_is_asked_for_again', async () => {
  vi.useFakeTimers();
  session.user = null;
  session.known = false;
  for (const failure of ['{"status_code":50300}', '<html>bad gateway</html>']) {
    vi.stubGlobal('fetch', async () => new Response(failure));
    await session.load();
    expect([session.known, session.user]).toEqual([false, null]);
    vi.advanceTimersByTime(0);
  }
  vi.stubGlobal('fetch', async () => reply());
  await vi.advanceTimersByTimeAsync(4000);
  expect([session.known, (session.user as User | null)?.id]).toEqual([true, 1]);
});

test('what_is_on_the_screen_is_asked_for_before_what_the_login_was_for', async () => {
  session.user = null;
  let shown = '';
  session.entered = async () => {
    await Promise.resolve();
    shown = `for ${session.user?.id}`;
  };
  await session.enter('login', 'p1', 'secret');
  expect(shown).toBe('for 1');
  session.entered = () => Promise.resolve();
});

test('a_login_in_another_tab_is_heard', async () => {
  cookie = person(2);
  const other = new BroadcastChannel('duan.session');
  other.postMessage(null);
  await new Promise<void>((go) => reload.mockImplementation(go));
  other.close();
});

test('an_answer_to_a_question_from_before_the_login_is_not_believed', async () => {
  session.user = null;
  cookie = null;
  const early = reply();
  let answer = () => {};
  vi.stubGlobal('fetch', () => new Promise((go) => (answer = () => go(early))));
  const asked = session.check();
  cookie = person(1);
  vi.stubGlobal('fetch', async () => reply());
  await session.enter('login', 'p1', 'secret');
  answer();
  await asked;
  expect([(session.user as User | null)?.id, ui.login, reload.mock.calls.length]).toEqual([1, null, 0]);
});
