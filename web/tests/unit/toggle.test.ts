// Likes and follows under quick fingers and bad networks.
// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { Toggle } from '../../src/lib/toggle.svelte';

/** A server whose replies come when the test says so. */
function server() {
  const asked: { on: boolean; ok: () => void; fail: () => void }[] = [];
  const send = (on: boolean) =>
    new Promise<void>((ok, fail) => asked.push({ on, ok, fail: () => fail(new Error('refused')) }));
  return { asked, send };
}
const settle = () => new Promise((go) => setTimeout(go));

test('a_wish_shows_at_once', () => {
  const changes: boolean[] = [];
  const { send } = server();
  const toggle = new Toggle(false, send, (on) => changes.push(on));
  toggle.set(true);
  expect([toggle.on, changes]).toEqual([true, [true]]);
});

test('quick_taps_send_one_request_at_a_time_and_only_the_last_wish', async () => {
  const { asked, send } = server();
  const toggle = new Toggle(false, send);
  for (const on of [true, false, true, false]) toggle.set(on);
  expect(asked.map((one) => one.on)).toEqual([true]);
  asked[0]!.ok();
  await settle();
  expect(asked.map((one) => one.on)).toEqual([true, false]);
  asked[1]!.ok();
  await settle();
  expect([toggle.on, asked.length]).toEqual([false, 2]);
});

test('a_wish_that_was_undone_before_the_reply_costs_no_second_request', async () => {
  const { asked, send } = server();
  const toggle = new Toggle(false, send);
  for (const on of [true, false, true]) toggle.set(on);
  asked[0]!.ok();
  await settle();
  expect([toggle.on, asked.length]).toEqual([true, 1]);
});

test('a_refusal_is_taken_back_and_told', async () => {
  const { asked, send } = server();
  const changes: boolean[] = [];
  let told = 0;
  const toggle = new Toggle(
    false,
    send,
    (on) => changes.push(on),
    () => told++,
  );
  toggle.set(true);
  asked[0]!.fail();
  await settle();
  expect([toggle.on, changes, told]).toEqual([false, [true, false], 1]);
  toggle.set(true);
  expect(asked.length).toBe(2);
});

test('a_refusal_of_what_was_already_undone_is_not_told', async () => {
  const { asked, send } = server();
  let told = 0;
  const toggle = new Toggle(
    false,
    send,
    () => {},
    () => told++,
  );
  toggle.set(true);
  toggle.set(false);
  asked[0]!.fail();
  await settle();
  expect([toggle.on, told, asked.length]).toEqual([false, 0, 1]);
});

test('the_servers_word_does_not_overrule_a_wish_that_is_on_its_way', async () => {
  const { asked, send } = server();
  const toggle = new Toggle(false, send);
  toggle.set(true);
  toggle.sync(false);
  expect(toggle.on).toBe(true);
  asked[0]!.ok();
  await settle();
  toggle.sync(false);
  expect(toggle.on).toBe(false);
});

test('a_reply_to_a_question_from_before_the_wish_is_not_believed', async () => {
  const { asked, send } = server();
  const toggle = new Toggle(false, send);
  const before = performance.now();
  toggle.set(true);
  asked[0]!.ok();
  await settle();
  toggle.sync(false, before);
  expect(toggle.on).toBe(true);
  toggle.sync(false, performance.now());
  expect(toggle.on).toBe(false);
});
