// An upload that goes on without its screen: whose it is, and how it ends.
// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test, vi } from 'vitest';
import { CODE } from '../../src/lib/http';
import { session } from '../../src/lib/session.svelte';
import type { User } from '../../src/lib/types';
import { job } from '../../src/lib/upload.svelte';
import { memory } from '../../src/lib/upload-memory';

const person = (id: number) => ({ id, name: `p${id}` }) as User;
const settle = () => new Promise((go) => setTimeout(go));
/** The server says this to everything. */
const answers = (reply: object) => vi.stubGlobal('fetch', async () => new Response(JSON.stringify(reply)));
const left = { videoId: 7, caption: 'mine' };

afterEach(() => {
  job.clear();
  session.user = null;
  vi.unstubAllGlobals();
});

test('an_upload_is_taken_up_by_whoever_left_it', async () => {
  answers({ status_code: 0, state: 'processing', percent: 40 });
  session.user = person(1);
  memory.write({ ...left, user: 1 });
  job.recall();
  await settle();
  expect([job.phase, job.caption, job.percent]).toEqual(['processing', 'mine', 40]);
});

test('an_upload_that_somebody_else_left_on_this_device_is_not_taken_up', () => {
  session.user = person(2);
  memory.write({ ...left, user: 1 });
  job.recall();
  expect([job.phase, job.caption]).toEqual(['pick', '']);
});

test('what_was_left_is_forgotten_with_the_logout', async () => {
  answers({ status_code: 0 });
  memory.write({ ...left, user: 1 });
  await session.leave();
  expect(memory.read(1)).toBe(null);
});

test('the_work_on_a_video_that_is_gone_ends', async () => {
  for (const status_code of [CODE.noVideo, CODE.mayNot]) {
    answers({ status_code, status_msg: 'no' });
    session.user = person(1);
    memory.write({ ...left, user: 1 });
    job.recall();
    await settle();
    expect([job.phase, memory.read(1)]).toEqual(['pick', null]);
  }
});

test('a_server_that_has_no_time_is_asked_again', async () => {
  for (const status_code of [CODE.tooOften, CODE.noSession, 50000, 50300]) {
    answers({ status_code, status_msg: 'later' });
    session.user = person(1);
    memory.write({ ...left, user: 1 });
    job.recall();
    await settle();
    expect(job.phase).toBe('processing');
    job.clear();
  }
});

test('an_upload_that_is_given_up_before_it_begins_is_not_begun', async () => {
  const asked: string[] = [];
  vi.stubGlobal(
    'XMLHttpRequest',
    class {
      open(_: string, url: string) {
        asked.push(url);
      }
    },
  );
  session.user = person(1);
  const begun = job.start(new File(['moving pictures'], 'clip.mp4', { type: 'video/mp4' }));
  job.cancel();
  await begun;
  await settle();
  expect([job.phase, asked]).toEqual(['pick', []]);
});
