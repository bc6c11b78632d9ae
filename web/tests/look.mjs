// Pictures of every screen, to be looked at: BASE=http://127.0.0.1:8080 node tests/look.mjs FOLDER [NAME...]
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from './browser.mjs';

const BASE = process.env.BASE ?? 'http://127.0.0.1:8080';
const OWN = { Origin: new URL(BASE).origin };
const [folder = 'pictures', ...names] = process.argv.slice(2);
const NAME = process.env.USER_NAME ?? 'demo';
const PASSWORD = process.env.USER_PASSWORD ?? 'demo123';
const FRAME_MS = 900;

const SHAPES = {
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 1 },
  wide: { viewport: { width: 1280, height: 800 } },
};
const me = async (page) => (await (await page.request.get(`${BASE}/api/v1/me`, { headers: OWN })).json()).user.id;
const first = async (page) =>
  (await (await page.request.get(`${BASE}/douyin/feed/?ext=1`, { headers: OWN })).json()).video_list[0];

/** Each leads to a screen or a state of one. */
const SCREENS = {
  feed: async (page) => page.goto(BASE),
  'feed-comments': async (page) => {
    await page.goto(BASE);
    await page.locator('article.active .act').nth(1).click();
    await page.locator('section.panel li').first().waitFor();
  },
  'feed-menu': async (page) => {
    await page.goto(BASE);
    await page.locator('article.active .act').nth(3).click();
  },
  following: async (page) => page.goto(`${BASE}/following`),
  video: async (page) => page.goto(`${BASE}/v/${(await first(page)).id}`),
  profile: async (page) => page.goto(`${BASE}/u/${(await first(page)).author.id}`),
  own: async (page) => page.goto(`${BASE}/u/${await me(page)}`),
  liked: async (page) => page.goto(`${BASE}/u/${await me(page)}/liked`),
  followers: async (page) => {
    await page.goto(`${BASE}/u/${await me(page)}`);
    await page.locator('.nums button').first().click();
  },
  upload: async (page) => page.goto(`${BASE}/upload`),
  inbox: async (page) => page.goto(`${BASE}/inbox`),
  messages: async (page) => page.goto(`${BASE}/messages`),
  chat: async (page) => {
    await page.goto(`${BASE}/messages`);
    await page.locator('.people li a').first().click();
  },
  search: async (page) => page.goto(`${BASE}/search?q=a`),
  'search-start': async (page) => page.goto(`${BASE}/search`),
  settings: async (page) => page.goto(`${BASE}/settings`),
  missing: async (page) => page.goto(`${BASE}/v/999999999`),
  'not-found': async (page) => page.goto(`${BASE}/nowhere`),
  keys: async (page) => {
    await page.goto(BASE);
    await page.locator('article.active').waitFor();
    await page.keyboard.press('?');
  },
};
const STRANGER = {
  'stranger-feed': async (page) => page.goto(BASE),
  'stranger-login': async (page) => {
    await page.goto(BASE);
    await page.locator('article.active .like').click();
  },
  'stranger-following': async (page) => page.goto(`${BASE}/following`),
  'stranger-settings': async (page) => page.goto(`${BASE}/settings`),
};

mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const [shape, options] of Object.entries(SHAPES))
  for (const theme of (process.env.THEMES ?? 'dark,light').split(','))
    for (const locale of (process.env.LOCALES ?? 'en,zh-CN').split(','))
      for (const [screens, known] of [
        [SCREENS, true],
        [STRANGER, false],
      ]) {
        const context = await browser.newContext({ ...options, locale, colorScheme: theme });
        if (known)
          await context.request.post(`${BASE}/api/v1/session`, {
            form: { username: NAME, password: PASSWORD },
            headers: OWN,
          });
        for (const [name, open] of Object.entries(screens)) {
          if (names.length && !names.includes(name)) continue;
          const page = await context.newPage();
          page.on('pageerror', (error) => console.log(`${shape} ${name}: ${error.message}`));
          page.on('console', (said) => said.type() === 'error' && console.log(`${shape} ${name}: ${said.text()}`));
          await open(page).catch((error) => console.log(`${shape} ${name}: ${error.message.split('\n')[0]}`));
          await page.waitForTimeout(FRAME_MS);
          await page.screenshot({ path: join(folder, `${name}-${shape}-${theme}-${locale}.png`) });
          await page.close();
        }
        await context.close();
      }
await browser.close();
