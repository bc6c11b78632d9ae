// Every screen in Chinese and in light colours: nothing to find for axe, nothing untranslated.
// SPDX-License-Identifier: Apache-2.0
import { axe, BASE, check, newcomer, open, plays } from './harness.mjs';

export async function languages({ authorUser, videos }) {
  const page = await open('wide', { locale: 'zh-CN', colorScheme: 'light' });
  const me = await newcomer(page);
  await page.goto(BASE);
  await plays(page, 1);
  check('the browser decides the language', (await page.locator('html').getAttribute('lang')) === 'zh-CN');
  for (const path of [
    '/',
    `/v/${videos[0]}`,
    '/following',
    `/u/${authorUser.id}`,
    `/u/${me.id}`,
    '/upload',
    '/inbox',
    '/messages',
    '/search?q=flows',
    '/settings',
  ]) {
    await page.goto(BASE + path);
    await page.locator('#main h1').first().waitFor({ state: 'attached' });
    await page.waitForFunction(() => document.querySelectorAll('[aria-label="加载中"]').length === 0);
    await axe(page, `${path} in Chinese, light`);
    const english = await page.evaluate(
      () =>
        (document.querySelector('#main')?.innerText.match(/\b(the|you|your|video|follow|like|search|upload)\b/gi) ?? [])
          .length,
    );
    const own = await page.evaluate(
      () => (document.querySelector('#main')?.innerText.match(/Clip \d of the flows/g) ?? []).length,
    );
    check(`nothing is left in English: ${path}`, english - own <= 0, `${english} words`);
  }
  await page.context().close();
}
