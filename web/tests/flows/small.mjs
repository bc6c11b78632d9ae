// 320 pixels wide, and 200 % zoom: nothing is cut off, nothing scrolls sideways.
// SPDX-License-Identifier: Apache-2.0
import { BASE, check, newcomer, open, screens } from './harness.mjs';

const sideways = (page) =>
  page.evaluate(() => {
    const wide = [...document.querySelectorAll('#main *, nav *')].filter((node) => {
      const style = getComputedStyle(node);
      const clips =
        style.position === 'absolute' || style.clipPath !== 'none' || node.closest('.sr, .ambient, svg, .slot');
      return !clips && node.getBoundingClientRect().right > innerWidth + 1;
    });
    return [
      document.documentElement.scrollWidth > innerWidth,
      wide.slice(0, 3).map((node) => node.outerHTML.slice(0, 80)),
    ];
  });

export async function small({ authorUser, videos }) {
  for (const [name, shape, options] of [
    ['320 px', 'narrow', {}],
    ['200 % zoom', 'wide', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
  ]) {
    const page = await open(shape, options);
    const me = await newcomer(page);
    for (const path of screens(videos[0], authorUser.id, me.id)) {
      await page.goto(BASE + path);
      await page.locator('#main h1').first().waitFor({ state: 'attached' });
      await page.waitForFunction(() => document.querySelectorAll('[aria-label="Loading"]').length === 0);
      const [scrolls, wide] = await sideways(page);
      check(`${name}: ${path} fits`, !scrolls && wide.length === 0, wide.join(' '));
    }
    await page.goto(`${BASE}/v/${videos[0]}`);
    await page.locator('article.active').getByRole('button', { name: 'More' }).click();
    const word = page.getByRole('dialog').locator('#speed');
    await word.waitFor();
    const lines = await word.evaluate((node) => {
      const range = document.createRange();
      range.selectNodeContents(node);
      return range.getClientRects().length;
    });
    check(`${name}: words of the menu stay whole`, lines === 1, `${lines} lines`);
    await page.context().close();
  }
}
