// Pictures of every screen, to be looked at: BASE=http://127.0.0.1:8080 node tests/look.mjs FOLDER [NAME...], or FOLDER readme for those of the README
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from './browser.mjs';

const BASE = process.env.BASE ?? 'http://127.0.0.1:8080';
const OWN = { Origin: new URL(BASE).origin };
const [folder = 'pictures', ...names] = process.argv.slice(2);
const NAME = process.env.USER_NAME ?? 'demo';
const PASSWORD = process.env.USER_PASSWORD ?? 'demo123';
const PATIENCE_MS = 60_000;

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

/** What the README shows: the screen, its shape, theme and language. */
const README = [
  ['feed', 'phone', 'dark', 'en'],
  ['feed-comments', 'phone', 'light', 'zh-CN'],
  ['search', 'phone', 'light', 'en'],
  ['feed', 'wide', 'dark', 'en'],
  ['profile', 'wide', 'light', 'zh-CN'],
  ['chat', 'wide', 'dark', 'en'],
];
/** Every screen in every shape, theme and language, or those that were named. */
const all = () =>
  Object.keys(SHAPES).flatMap((shape) =>
    list('THEMES', 'dark,light').flatMap((theme) =>
      list('LOCALES', 'en,zh-CN').flatMap((locale) =>
        Object.keys({ ...SCREENS, ...STRANGER })
          .filter((name) => !names.length || names.includes(name))
          .map((name) => [name, shape, theme, locale]),
      ),
    ),
  );
const list = (variable, otherwise) => (process.env[variable] ?? otherwise).split(',');

async function shoot(page, path) {
  const cdp = await page.context().newCDPSession(page);
  const { data } = await cdp.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  writeFileSync(path, Buffer.from(data, 'base64'));
}

async function take(name, shape, theme, locale) {
  const context = await browser.newContext({ ...SHAPES[shape], locale, colorScheme: theme });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('pageerror', (error) => console.log(`${shape} ${name}: ${error.message}`));
  page.on('console', (said) => said.type() === 'error' && console.log(`${shape} ${name}: ${said.text()}`));
  const form = { username: NAME, password: PASSWORD };
  if (name in SCREENS) await context.request.post(`${BASE}/api/v1/session`, { form, headers: OWN });
  await (SCREENS[name] ?? STRANGER[name])(page).catch((error) =>
    console.log(`${shape} ${name}: ${error.message.split('\n')[0]}`),
  );
  await atRest(page);
  await shoot(page, join(folder, `${name}-${shape}-${theme}-${locale}.webp`));
  await context.close();
}

/** Nothing loads any more: no ghosts, every picture there, the current video on the screen. */
const atRest = (page) =>
  page
    .waitForFunction(() => {
      const seen = (node) => node.getClientRects().length > 0 && node.getBoundingClientRect().top < innerHeight;
      const video = document.querySelector('article.active video');
      return (
        document.querySelector('#main') &&
        !document.querySelector('[aria-label="Loading"], [aria-label="加载中"]') &&
        [...document.images].filter(seen).every((image) => image.complete) &&
        (!video || video.currentTime > 0.5)
      );
    })
    .catch(() => console.log('it did not come to rest'));

mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const one of names[0] === 'readme' ? README : all()) await take(...one);
await browser.close();
