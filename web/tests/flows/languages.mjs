// Every screen in Chinese and in light colours: nothing to find for axe, nothing untranslated.
// SPDX-License-Identifier: Apache-2.0
import { axe, BASE, check, newcomer, open, plays, screens } from './harness.mjs';

export async function languages({ authorUser, videos }) {
  const page = await open('wide', { locale: 'zh-CN', colorScheme: 'light' });
  const me = await newcomer(page);
  await page.goto(BASE);
  await plays(page, 1);
  check('the browser decides the language', (await page.locator('html').getAttribute('lang')) === 'zh-CN');
  for (const path of screens(videos[0], authorUser.id, me.id)) {
    await page.goto(BASE + path);
    await page.locator('#main h1').first().waitFor({ state: 'attached' });
    await page.waitForFunction(() => document.querySelectorAll('[aria-label="加载中"]').length === 0);
    await axe(page, `${path} in Chinese, light`);
    const english = await page.evaluate(() => {
      // What people wrote themselves (dir=auto) is in the language they wrote it in.
      const texts = document.createTreeWalker(document.querySelector('#main'), NodeFilter.SHOW_TEXT);
      const words = [];
      for (let node = texts.nextNode(); node; node = texts.nextNode())
        if (!node.parentElement.closest('[dir=auto], .sr, style'))
          words.push(...(node.data.match(/\b(the|you|your|video|follow|like|search|upload|log)\b/gi) ?? []));
      return words;
    });
    check(`nothing is left in English: ${path}`, english.length === 0, english.join(' '));
  }
  await page.context().close();
}
