// A line that breaks and comes back: what was begun meanwhile goes on by itself.
// SPDX-License-Identifier: Apache-2.0
import { inFirefox } from '../browser.mjs';
import { BASE, check, clip, eventually, newcomer, open, plays } from './harness.mjs';

export async function offline() {
  const page = await open();
  await newcomer(page);
  await screenOpened(page);
  await fileChosen(page);
  await page.context().close();
  await clipsPassed(await open());
}

const line = (page, there) => page.context().setOffline(!there);

async function screenOpened(page) {
  await page.goto(BASE);
  await plays(page, 1);
  await line(page, false);
  await page.locator('aside a[href="/search"]').click();
  await eventually('a screen that cannot be fetched says so', () => page.getByText('Try again').isVisible());
  await line(page, true);
  if (inFirefox) await page.getByRole('button', { name: 'Try again' }).click(); // it keeps to it that a script was not there
  await page.getByRole('searchbox').waitFor();
  check('and comes once the line is back', true);
}

async function fileChosen(page) {
  await page.goto(`${BASE}/upload`);
  await page.locator('.drop').waitFor();
  const sender = () => performance.getEntriesByType('resource').some((one) => one.name.includes('/assets/browser-'));
  await page.waitForFunction(sender);
  await line(page, false);
  await page.setInputFiles('.drop input[type=file]', await clip(1));
  await page.getByText('Waiting for the connection').waitFor();
  await page.getByRole('button', { name: 'Post' }).click();
  await line(page, true);
  await page.getByRole('link', { name: 'Watch it' }).waitFor();
  check('a file that was chosen without a line is sent once there is one', true);
}

/* In a browser that has no clip yet: what it kept would play without a line. The covers are on the way of the line, too. */
async function clipsPassed(page) {
  await page.goto(BASE);
  await plays(page, 1);
  await line(page, false);
  await page.keyboard.press('ArrowDown');
  await page.locator('article.active[aria-posinset="2"]').waitFor();
  await page.keyboard.press('ArrowDown');
  await page.locator('article.active[aria-posinset="3"]').getByText('could not be played').waitFor();
  const next = page.locator('article[aria-posinset="4"]').getByText('could not be played');
  check('only what one has looked at is said to fail', (await next.count()) === 0);
  await line(page, true);
  await plays(page, 3);
  const shown = () => {
    const { naturalWidth, src } = document.querySelector('article.active .cover');
    return src !== '' && naturalWidth > 0;
  };
  await page.waitForFunction(shown);
  check('after the break the clip plays by itself, and its cover is there', true);
  await page.keyboard.press('ArrowDown');
  await plays(page, 4);
  check('and so does the next', (await page.getByText('could not be played').count()) === 0);
  await page.context().close();
}
