// Search: typing, pages of what was found, what one does not want to see in it, and coming back to it.
// SPDX-License-Identifier: Apache-2.0
import { BASE, check, eventually, newcomer, open, plays } from './harness.mjs';

const PAGE = 4;
const WORDS = 'of the flows';
const found = (page) => page.locator('.found .grid li');
const box = (page) => page.getByRole('searchbox');
const asked = (page) => new URL(page.url()).searchParams.get('q');

/** Small pages, so that a few videos fill several. */
const inPages = (page) =>
  page.route('**/api/v1/search?**', async (route) =>
    route.fulfill({ response: await route.fetch({ url: `${route.request().url()}&limit=${PAGE}` }) }),
  );

export async function search({ authorUser, videos }) {
  const page = await open('wide', { viewport: { width: 1280, height: 560 } });
  await newcomer(page);
  await inPages(page);
  await page.goto(`${BASE}/search`);
  await typing(page);
  await box(page).fill(WORDS);
  await eventually('what was found goes on for more than a page', async () => {
    await found(page).last().scrollIntoViewIfNeeded();
    return (await found(page).count()) === videos.length;
  });

  await found(page).last().locator('button').click();
  await plays(page, videos.length);
  await page.locator('article.active').getByRole('button', { name: 'More' }).click();
  await page.getByRole('button', { name: 'Not interested' }).click();
  await eventually('what one is not interested in goes from there too', async () => (await found(page).count()) === 8);
  await page.goBack();
  await page.locator('dialog:modal').waitFor({ state: 'detached' });

  await backToThePlace(page);
  await withoutTheBlocked(page, authorUser);
  await page.context().close();
}

async function backToThePlace(page) {
  const scroller = page.locator('.page');
  await found(page).last().scrollIntoViewIfNeeded();
  const top = await scroller.evaluate((node) => node.scrollTop);
  await page.locator('aside a[href="/settings"]').click();
  await page.getByRole('heading', { name: 'Settings' }).first().waitFor();
  await page.goBack();
  await eventually('Back leads to the place among what was found', async () => {
    const now = await scroller.evaluate((node) => node.scrollTop);
    return top > 0 && Math.abs(now - top) < 2;
  });
}

/** Found, opened, blocked there: Back leads to what is left. */
async function withoutTheBlocked(page, { id, name }) {
  await box(page).fill(name);
  await page.locator(`.users a[href="/u/${id}"]`).first().click();
  await page.locator('.acts').getByRole('button', { name: 'More' }).click();
  await page.getByRole('button', { name: `Block ${name}` }).click();
  await page
    .getByRole('dialog', { name: `Block ${name}?` })
    .getByRole('button', { name: 'Block' })
    .click();
  await page.waitForURL(`${BASE}/`);
  await page.goBack();
  await page.goBack();
  await page.getByRole('searchbox').waitFor();
  await eventually('who is blocked is no longer found', async () => (await page.locator('.users').count()) === 0);
}

async function typing(page) {
  await box(page).pressSequentially('night ');
  await eventually('a pause searches', () => asked(page) === 'night');
  await page.getByText('Nothing found for').waitFor();
  check('and leaves the space one has just typed', (await box(page).inputValue()) === 'night ');
  await box(page).pressSequentially('train');
  await eventually('so that one can go on', () => asked(page) === 'night train');

  // Half a word, as an input method has it.
  await box(page).evaluate((node) => {
    node.value = 'n';
    node.dispatchEvent(new InputEvent('input', { isComposing: true, bubbles: true }));
  });
  await page.evaluate(() => new Promise((go) => setTimeout(go, 400)));
  check('what is being composed is not searched for', asked(page) === 'night train');
  await box(page).evaluate((node) => {
    node.value = '你';
    node.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
  });
  await eventually('but what was composed is', () => asked(page) === '你');

  await box(page).pressSequentially('x');
  await page.locator('aside a[href="/settings"]').click();
  await page.getByRole('heading', { name: 'Settings' }).first().waitFor();
  await page.evaluate(() => new Promise((go) => setTimeout(go, 400)));
  check('who leaves in the middle of a word stays away', page.url().endsWith('/settings'));
  await page.goto(`${BASE}/search`);
}
