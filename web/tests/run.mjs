/* The flows a newcomer takes, in a real browser: node tests/run.mjs (the server must be up). */
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const BASE = process.env.BASE ?? 'http://127.0.0.1:8080';
const axeSource = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
let failures = 0;
const check = (what, ok, extra = '') => {
  if (!ok) failures++;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}${extra ? `  (${extra})` : ''}`);
};
const problems = [];
async function page(width, height, mobile = false, options = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    hasTouch: mobile,
    isMobile: mobile,
    deviceScaleFactor: mobile ? 2 : 1,
    locale: 'en-GB',
    bypassCSP: false,
    ...options,
  });
  const one = await context.newPage();
  await one.addInitScript(() => {
    window.__csp = [];
    document.addEventListener('securitypolicyviolation', (event) =>
      window.__csp.push(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  one.on('pageerror', (error) => problems.push(error.message));
  one.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  return one;
}
const media = (one) =>
  one.evaluate(() =>
    [...document.querySelectorAll('video')].map((v) => ({
      src: v.currentSrc,
      paused: v.paused,
      time: v.currentTime,
      muted: v.muted,
      ready: v.readyState,
      active: !!v.closest('article.active'),
    })),
  );
const playing = (list) => list.filter((v) => !v.paused);
async function settled(one, index) {
  await one.waitForFunction(
    (at) => {
      const v = document.querySelector('article.active video');
      const pos = Number(document.querySelector('article.active')?.getAttribute('aria-posinset'));
      return pos === at + 1 && v && !v.paused && v.currentTime > 0.15;
    },
    index,
    { timeout: 15000 },
  );
}
/** A finger: real touch events, so that scroll snapping is what is tested. */
async function swipe(cdp, one, dy, x = 150, from = dy < 0 ? 640 : 200) {
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y: from }] });
  for (let i = 1; i <= 12; i++) {
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y: from + (dy * i) / 12 }] });
    await one.waitForTimeout(12);
  }
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}
async function axe(one, name) {
  await one.evaluate(() => 1);
  // Trusted Types and CSP hold for page scripts; evaluate() runs from the tool's side.
  await one.evaluate(axeSource);
  const found = await one.evaluate(async () =>
    (
      await window.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      })
    ).violations.map((v) => ({
      id: v.id,
      impact: v.impact,
      n: v.nodes.length,
      first: v.nodes[0].target.join(' '),
      why: v.nodes[0].failureSummary?.slice(0, 220),
    })),
  );
  check(
    `axe: ${name} has no violation`,
    found.length === 0,
    found.map((v) => `${v.id}[${v.impact}] x${v.n} ${v.first}: ${v.why}`).join(' | '),
  );
}

{
  const one = await page(1280, 800);
  await one.goto(BASE);
  await settled(one, 0);
  let list = await media(one);
  check('three <video> elements', list.length === 3, String(list.length));
  check('first video plays, muted, alone', playing(list).length === 1 && list.every((v) => v.muted));
  await one.waitForTimeout(1500);
  list = await media(one);
  check(
    'next is preloaded (can play) and paused',
    list.some((v) => !v.active && v.paused && v.ready >= 3 && v.src),
    JSON.stringify(list.map((v) => v.ready)),
  );
  const before = (await media(one)).find((v) => v.active).time;
  await one.waitForTimeout(600);
  check('currentTime advances', (await media(one)).find((v) => v.active).time > before);
  for (let i = 1; i <= 6; i++) {
    await one.keyboard.press(i % 2 ? 'ArrowDown' : 'j');
    await settled(one, i);
    list = await media(one);
    check(
      `after ${i} steps exactly one plays`,
      playing(list).length === 1 && playing(list)[0].active && list.length === 3,
    );
  }
  await one.keyboard.press('ArrowUp');
  await settled(one, 5);
  check('ArrowUp goes back', true);
  await one.keyboard.press(' ');
  await one.waitForTimeout(200);
  check('Space pauses', playing(await media(one)).length === 0);
  await one.keyboard.press(' ');
  await one.waitForTimeout(400);
  check('Space plays again', playing(await media(one)).length === 1);
  await one.keyboard.press('m');
  await one.waitForTimeout(100);
  list = await media(one);
  check(
    'M: sound for the current one only',
    list.filter((v) => !v.muted).length === 1 && !list.find((v) => v.active).muted,
  );
  await one.keyboard.press('ArrowDown');
  await settled(one, 6);
  list = await media(one);
  check('sound follows to the next', list.filter((v) => !v.muted).length === 1 && !list.find((v) => v.active).muted);
  await axe(one, 'feed, desktop');

  await one.keyboard.press('l');
  check('like asks for a login', await one.locator('dialog:modal').isVisible());
  await axe(one, 'login dialog');
  await one.fill('#user', 'newcomer');
  await one.fill('#pass', 'wrongpass');
  await one.keyboard.press('Enter');
  await one.waitForTimeout(300);
  check('a wrong password is said in words', (await one.locator('[role=alert]').innerText()).includes('Wrong'));
  await one.fill('#pass', 'secret12');
  await one.keyboard.press('Enter');
  const heart = one.locator('article.active button.act').first();
  await one.waitForFunction(
    () => document.querySelector('article.active button.act').getAttribute('aria-pressed') === 'true',
    null,
    { timeout: 5000 },
  );
  check(
    'after the login the like happened, the same video plays on',
    Number(await one.locator('article.active').getAttribute('aria-posinset')) === 7,
  );
  check('no modal left', (await one.locator('dialog:modal').count()) === 0);
  await one.route('**/favorite/action/**', async (route) => {
    await new Promise((r) => setTimeout(r, 500));
    await route.continue();
  });
  await heart.click();
  check('unlike shows at once, before the server answers', (await heart.getAttribute('aria-pressed')) === 'false');
  await heart.click();
  await heart.click();
  await heart.click();
  await one.waitForTimeout(1700);
  check('quick taps end in the last state', (await heart.getAttribute('aria-pressed')) === 'true');
  await one.request.get(`${BASE}/api/v1/_fail?on=1`);
  await heart.click();
  await one.waitForTimeout(900);
  check(
    'a refused like is taken back, with a word',
    (await heart.getAttribute('aria-pressed')) === 'true' && (await one.locator('.toast').count()) > 0,
  );
  await one.request.get(`${BASE}/api/v1/_fail?on=0`);

  await one.keyboard.press('c');
  await one.locator('section.panel li').first().waitFor();
  await one.fill('section.panel input', 'From the test');
  await one.keyboard.press('Enter');
  await one.waitForTimeout(300);
  check('a comment shows on top', (await one.locator('section.panel li p').first().innerText()) === 'From the test');
  await axe(one, 'feed with comments');
  await one.locator('section.panel li button').first().click();
  await one.waitForTimeout(200);
  check(
    'own comment can be deleted',
    (await one.locator('section.panel li p').first().innerText()) !== 'From the test',
  );
  await one.keyboard.press('Escape');
  await one.waitForTimeout(200);
  check('Escape closes the comments', (await one.locator('section.panel').count()) === 0);

  await one.locator('aside a[href^="/u/"]').click();
  await one.locator('h1').first().waitFor();
  await one.waitForTimeout(300);
  await axe(one, 'own profile');
  await one.goBack();
  await settled(one, 6);
  check('Back returns to the same video', true);

  await one.goto(`${BASE}/u/1`);
  await one.locator('.grid button').first().waitFor();
  await axe(one, 'profile');
  await one.locator('.grid button').nth(2).click();
  await settled(one, 2);
  check('the grid opens the player at that video; one plays', playing(await media(one)).length === 1);
  await one.keyboard.press('Escape');
  await one.waitForTimeout(250);
  check('closing it leaves nothing playing', playing(await media(one)).length === 0);

  await one.goto(`${BASE}/upload`);
  await one.locator('.drop').waitFor();
  await axe(one, 'upload');
  await one.setInputFiles('input[type=file]', new URL('../media/clip4.mp4', import.meta.url).pathname);
  await one.locator('#caption').waitFor();
  await one.fill('#caption', 'My first video');
  await one.getByRole('button', { name: 'Post' }).click();
  await one.getByRole('link', { name: 'Watch it' }).waitFor({ timeout: 15000 });
  check('upload (tus) -> processing (SSE) -> published', true);
  await axe(one, 'upload, published');
  await one.getByRole('link', { name: 'Watch it' }).click();
  await settled(one, 0);
  check('the published video plays', true);

  for (const [path, name] of [
    ['/messages/2', 'messages'],
    ['/search?q=a', 'search'],
    ['/following', 'empty following'],
    ['/nope', 'not found'],
  ]) {
    await one.goto(BASE + path);
    await one.waitForTimeout(600);
    await axe(one, name);
  }
  await one.evaluate(
    () => (localStorage.setItem('duan.theme', '"light"'), localStorage.setItem('duan.locale', 'zh-CN')),
  );
  for (const [path, name] of [
    ['/', 'light zh feed'],
    ['/u/1', 'light zh profile'],
    ['/upload', 'light zh upload'],
    ['/messages/2', 'light zh messages'],
  ]) {
    await one.goto(BASE + path);
    await one.waitForTimeout(700);
    await axe(one, name);
  }
  check('language is Chinese', (await one.locator('html').getAttribute('lang')) === 'zh-CN');
  check('no CSP violation', (await one.evaluate(() => window.__csp)).length === 0);
  await one.context().close();
}
{
  const one = await page(390, 844, true);
  await one.goto(BASE);
  await settled(one, 0);
  await axe(one, 'feed, phone');
  const cdp = await one.context().newCDPSession(one);
  for (let i = 1; i <= 4; i++) {
    await swipe(cdp, one, -430);
    await settled(one, i);
    const list = await media(one);
    check(`swipe ${i}: exactly one plays`, playing(list).length === 1 && playing(list)[0].active);
  }
  const box = await one.locator('article.active .touch').boundingBox();
  await one.touchscreen.tap(box.x + 150, box.y + 300);
  await one.touchscreen.tap(box.x + 150, box.y + 300);
  await one.waitForTimeout(300);
  check('double tap asks for a login to like', await one.locator('dialog:modal').isVisible());
  await one.keyboard.press('Escape');
  await one.context().setOffline(true);
  await one.waitForTimeout(300);
  check('offline is said', await one.locator('.offline').isVisible());
  await one.context().setOffline(false);
  check('no CSP violation on the phone', (await one.evaluate(() => window.__csp)).length === 0);
  await one.context().close();
}
{
  const one = await page(1280, 800, false, { reducedMotion: 'reduce' });
  await one.goto(BASE);
  await settled(one, 0);
  await one.keyboard.press('ArrowDown');
  await settled(one, 1);
  check('reduced motion: steps without animation', true);
  const order = [];
  await one.evaluate(() => document.body.focus());
  for (let i = 0; i < 22; i++) {
    await one.keyboard.press('Tab');
    order.push(
      await one.evaluate(() =>
        (
          document.activeElement.getAttribute('aria-label') ||
          document.activeElement.textContent ||
          document.activeElement.tagName
        )
          .trim()
          .slice(0, 22),
      ),
    );
  }
  console.log('     tab order:', order.join(' > '));
  await one.context().close();
}
check(
  'no page error',
  problems.filter((p) => !/401|offline|ERR_INTERNET_DISCONNECTED/.test(p)).length === 0,
  [...new Set(problems)].join(' | ').slice(0, 600),
);
await browser.close();
console.log(failures ? `${failures} failed` : 'all passed');
process.exit(failures ? 1 : 0);
