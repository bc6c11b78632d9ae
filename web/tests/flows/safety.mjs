// What one does not want to see: reported, hidden, blocked.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { axe, BASE, check, eventually, newcomer, open, plays } from './harness.mjs';

const document = new URL('../../../src/gateway/api_schemas.json', import.meta.url);
const REASONS = [...JSON.parse(readFileSync(document, 'utf8')).components.schemas.ReportReason.enum].sort();
const more = (page) => page.locator('article.active').getByRole('button', { name: 'More' }).click();
const address = async (page) => {
  const label = await page.locator('article.active').getAttribute('aria-label');
  return label;
};

/** Each reason that is offered is one that the server takes, and all of its reasons are offered. */
async function everyReason(page) {
  const dialog = page.getByRole('dialog', { name: 'Report this person' });
  const radios = dialog.getByRole('radio');
  const ask = async () => {
    await page.locator('.acts').getByRole('button', { name: 'More' }).click();
    await page.getByRole('button', { name: 'Report', exact: true }).click();
    await radios.first().waitFor();
  };
  const taken = [];
  for (let at = 0, count = 1; at < count; at++) {
    await ask();
    count = await radios.count();
    await radios.nth(at).check();
    const reason = await radios.nth(at).getAttribute('value');
    const sent = page.waitForResponse((reply) => reply.url().endsWith('/api/v1/reports'));
    await dialog.getByRole('button', { name: 'Send report' }).click();
    const { status_code } = await (await sent).json();
    if (status_code === 0) taken.push(reason);
    else await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  }
  check('every reason of the server can be given, and is taken', taken.sort().join() === REASONS.join(), taken.join());
}

export async function safety({ authorUser, videos }) {
  const page = await open();
  await newcomer(page);
  await page.goto(BASE);
  await plays(page, 1);
  const reported = await address(page);
  await more(page);
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Report this video' });
  await dialog.getByLabel(/^Spam/).check();
  await axe(page, 'report');
  await dialog.getByRole('button', { name: 'Send report' }).click();
  await eventually('a reported video goes at once', async () => (await address(page)) !== reported);
  const hidden = await address(page);
  await plays(page, 1);
  await more(page);
  await page.getByRole('button', { name: 'Not interested' }).click();
  await eventually('and so does what one is not interested in', async () => (await address(page)) !== hidden);
  await page.reload();
  await plays(page, 1);
  check('neither comes back', ![reported, hidden].includes(await address(page)));

  await page.goto(`${BASE}/u/${authorUser.id}`);
  await everyReason(page);
  await page.locator('.acts').getByRole('button', { name: 'More' }).click();
  await page.getByRole('button', { name: `Block ${authorUser.name}` }).click();
  await page
    .getByRole('dialog', { name: `Block ${authorUser.name}?` })
    .getByRole('button', { name: 'Block' })
    .click();
  await eventually('blocking leaves the profile', () => page.url() === `${BASE}/`);
  await page.goto(`${BASE}/v/${videos[4]}`);
  await eventually('a blocked person has no videos', () => page.getByText('This video is not here').isVisible());
  await page.goto(`${BASE}/settings`);
  await page.getByRole('button', { name: 'Unblock' }).click();
  await page.getByText('You have not blocked anybody.').waitFor();
  await page.goto(`${BASE}/v/${videos[4]}`);
  await plays(page, 1);
  check('and has them again afterwards', true);
  await page.context().close();
}
