// Uploads: refused before they are sent, cut and resumed, posted early, taken up after a reload, failed with a reason.
// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { axe, BASE, check, clip, eventually, newcomer, open, plays } from './harness.mjs';

const choose = (page, file) => page.setInputFiles('.drop input[type=file]', file);

export async function upload() {
  const page = await open();
  await newcomer(page);
  const file = await clip(3);
  await page.goto(`${BASE}/upload`);
  await page.locator('.drop').waitFor();
  await axe(page, 'upload');
  await choose(page, { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('words') });
  await eventually('what is no video is refused before it is sent', () =>
    page.getByText('notes.txt is not a video').isVisible(),
  );

  await cutAndResumed(page, file);
  await reloaded(page, file);
  await leftBehind(page, file);
  await failed(page);
  await page.context().close();
}

/* The connection goes away in the middle; what arrived stays, and the rest follows. */
async function cutAndResumed(page, file) {
  let cuts = 0;
  await page.route('**/api/v1/uploads/*', async (route) => {
    if (route.request().method() !== 'PATCH' || cuts++ > 0) return route.continue();
    await route.abort('connectionfailed');
  });
  await choose(page, file);
  const caption = page.getByLabel('Caption');
  await caption.fill('My first video');
  await page.getByRole('button', { name: 'Post' }).click();
  check('Post may be pressed before the last byte', await caption.isDisabled());
  await page.getByRole('link', { name: 'Watch it' }).waitFor();
  check('a cut upload goes on by itself, is processed and published', cuts > 1);
  await axe(page, 'published upload');
  await page.unroute('**/api/v1/uploads/*');
  await page.getByRole('link', { name: 'Watch it' }).click();
  await plays(page, 1);
  check('and plays', (await page.locator('article.active .caption').innerText()) === 'My first video');
}

async function reloaded(page, file) {
  await page.goto(`${BASE}/upload`);
  const held = (route) => (route.request().method() === 'PATCH' ? route.abort('connectionfailed') : route.continue());
  await page.route('**/api/v1/uploads/*', held);
  await choose(page, file);
  await page.getByLabel('Caption').fill('After a reload');
  await eventually('a lost connection is told, not hidden', () =>
    page.getByText('Waiting for the connection').isVisible(),
  );
  await axe(page, 'upload without a connection');
  await page.getByLabel('Caption').blur();
  await page.locator('aside a[href="/"]').first().click();
  await page.locator('aside a[href="/upload"]').click();
  await eventually(
    'the page may be left meanwhile',
    async () => (await page.getByLabel('Caption').inputValue()) === 'After a reload',
  );
  await page.unroute('**/api/v1/uploads/*');
  await page.reload();
  await eventually('after a reload it says where it stopped', () => page.getByText(/stopped at/).isVisible());
  await axe(page, 'interrupted upload');
  await choose(page, file);
  await eventually(
    'the same file goes on, with its caption',
    async () => (await page.getByLabel('Caption').inputValue()) === 'After a reload',
  );
  await eventually('all of it arrives', () => page.getByText('All there').isVisible());
  await page.getByRole('button', { name: 'Post' }).click();
  await page.getByRole('link', { name: 'Watch it' }).waitFor();
  check('and it is published', true);
  await page.getByRole('button', { name: 'Upload another' }).click();
}

/* Somebody else sits down at a device on which an upload is still being worked on. */
async function leftBehind(page, file) {
  const working = { status_code: 0, state: 'processing', percent: 30 };
  await page.route('**/api/v1/videos/*/status', (route) => route.fulfill({ json: working }));
  await page.route('**/api/v1/events', (route) => route.abort('connectionfailed'));
  await page.goto(`${BASE}/upload`);
  await choose(page, file);
  await page.getByLabel('Caption').fill('Not yours');
  await page.getByRole('button', { name: 'Post' }).click();
  await page.getByText(/Processing.*30/).waitFor();
  await page.reload();
  await page.getByText(/Processing.*30/).waitFor();
  check('after a reload its owner sees how far it is', (await page.getByLabel('Caption').inputValue()) === 'Not yours');
  await newcomer(page);
  await page.goto(`${BASE}/upload`);
  await page.locator('.drop').waitFor();
  await page.locator('aside a[href^="/u/"]').waitFor();
  check('whoever comes next begins an upload of their own', (await page.getByText('Processing').count()) === 0);
  await page.unroute('**/api/v1/videos/*/status');
  await page.unroute('**/api/v1/events');
}

async function failed(page) {
  const bad = join(tmpdir(), `duan-web-bad-${process.pid}.mp4`);
  writeFileSync(bad, Buffer.alloc(50_000, 'not a video at all '));
  await choose(page, bad);
  await page.getByRole('button', { name: 'Post' }).click();
  await eventually('what cannot be processed says why', async () =>
    /not an? |damaged|not supported/i.test(await page.locator('.status').innerText()),
  );
  await axe(page, 'failed upload');
}
