// Lists of videos and people that were fetched before something was done that belongs into them.
// SPDX-License-Identifier: Apache-2.0
import { BASE, check, eventually, newcomer, open, plays } from './harness.mjs';

const side = (page, path) => page.locator(`aside nav a[href="${path}"]`).click();
const sent = (page, path) => page.waitForResponse((reply) => reply.url().includes(path));

/** All of it in one life of the page: what is loaded anew is never old. */
export async function lists({ authorUser }) {
  const page = await open();
  const me = await newcomer(page);
  const nobody = sent(page, `/users/${me.id}/following`);
  await page.goto(`${BASE}/u/${me.id}/liked`);
  await page.getByText('No liked videos yet').waitFor();
  await side(page, '/following');
  await page.getByText('Your Following feed is quiet').waitFor();
  await side(page, '/');
  await plays(page, 1);
  await nobody;

  /* Somebody whose videos stay: other flows delete theirs meanwhile. */
  const name = authorUser.name;
  for (let at = 1; (await page.locator('article.active .name').innerText()) !== name; at++) {
    await page.keyboard.press('ArrowDown');
    await plays(page, at + 1);
  }
  const [followed, liked] = [sent(page, '/relation/action/'), sent(page, '/favorite/action/')];
  await page.locator('article.active .plus').click();
  await page.keyboard.press('l');
  await Promise.all([followed, liked]);
  await eventually('the sidebar shows whom one has just followed', () =>
    page.locator('aside section').getByText(name).isVisible(),
  );
  await side(page, '/following');
  await eventually('Following, which was quiet before, shows their videos', () =>
    page.locator('article.active').isVisible(),
  );
  check('of those whom one follows', (await page.locator('article.active .name').innerText()) === name);
  await side(page, `/u/${me.id}`);
  await page.locator(`.tabs a[href="/u/${me.id}/liked"]`).click();
  await eventually("one's liked videos have the new one", async () => (await page.locator('.grid li').count()) === 1);
  await page.context().close();
}
