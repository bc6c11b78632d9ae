// Watching: muted start, three elements, steps, sound, keys, offline, coming back.
// SPDX-License-Identifier: Apache-2.0
import { axe, BASE, check, elements, eventually, onlyActivePlays, open, plays } from './harness.mjs';

export async function feed() {
  const page = await open();
  await page.goto(BASE);
  await plays(page, 1);
  const first = await elements(page);
  check('the first video plays, silently', (await onlyActivePlays(page)) && first.every((one) => one.muted));
  check('there are three video elements', first.length === 3);
  await eventually('the next one is ready before it is asked for', async () =>
    (await elements(page)).some((one) => !one.active && one.ready >= 3),
  );
  await axe(page, 'feed');

  for (let place = 2; place <= 6; place++) {
    await page.keyboard.press(['ArrowDown', 'j', 'PageDown'][place % 3]);
    await plays(page, place);
    check(
      `after step ${place - 1} exactly one plays, of three`,
      (await onlyActivePlays(page)) && (await elements(page)).length === 3,
    );
  }
  await page.keyboard.press('ArrowUp');
  await plays(page, 5);
  check('a step back plays the one before', await onlyActivePlays(page));

  await page.keyboard.press(' ');
  await eventually('Space pauses', async () => (await elements(page)).every((one) => !one.playing));
  await page.keyboard.press(' ');
  await eventually('and plays again', () => onlyActivePlays(page));
  await page.keyboard.press('m');
  const audible = async () => (await elements(page)).filter((one) => !one.muted);
  await eventually(
    'M: sound for the current one only',
    async () => (await audible()).length === 1 && (await audible())[0].active,
  );
  await page.keyboard.press('ArrowDown');
  await plays(page, 6);
  check('sound follows to the next', (await audible()).length === 1 && (await audible())[0].active);
  await page.keyboard.press('?');
  await eventually('? shows the keys', () => page.getByRole('dialog', { name: 'Keyboard shortcuts' }).isVisible());
  await axe(page, 'keys');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  await eventually('Escape closes them', async () => (await page.locator('dialog:modal').count()) === 0);
  check('keys did not reach the feed behind the dialog', (await place(page)) === 6);

  await page.locator('article.active .act').nth(3).click();
  await page.getByRole('dialog', { name: 'More' }).waitFor();
  await axe(page, 'menu of a video');
  await page.goBack();
  await eventually(
    'Back closes the menu and nothing else',
    async () => (await page.locator('dialog:modal').count()) === 0 && (await place(page)) === 6,
  );

  await page.context().setOffline(true);
  await eventually('being offline is said', () => page.locator('.offline').isVisible());
  await page.context().setOffline(false);
  await eventually('and it goes away by itself', async () => (await page.locator('.offline').count()) === 0);

  await page.locator('aside a[href="/search"]').click();
  await page.getByRole('searchbox').waitFor();
  check(
    'elsewhere nothing plays',
    (await elements(page)).every((one) => !one.playing),
  );
  await page.goBack();
  await plays(page, 6);
  check('Back returns to the same video', await onlyActivePlays(page));

  await page.goto(`${BASE}/v/999999999999`);
  await eventually('a missing video is said to be missing', () => page.getByText('This video is not here').isVisible());
  await axe(page, 'missing video');
  await page.goto(`${BASE}/nowhere`);
  await eventually('a missing page too', () => page.getByText('This page does not exist').first().isVisible());
  await axe(page, 'missing page');

  const broken = await open();
  await broken.route('**/douyin/feed/**', (route) => route.fulfill({ status: 502, body: 'bad gateway' }));
  await broken.goto(BASE);
  await eventually('a server that fails is said to', () => broken.getByText('Something went wrong').isVisible());
  await axe(broken, 'failed feed');
  await broken.unroute('**/douyin/feed/**');
  await broken.getByRole('button', { name: 'Try again' }).click();
  await plays(broken, 1);
  check('trying again plays', await onlyActivePlays(broken));
  await broken.context().close();

  await serverAway();
  await tabOrder();
  await pageAddedWhileOneScrolls();

  await inAnInstant();
  await windowTurned();
  await dearData();
  await page.context().close();
}

/** Without motion a step begins and ends at once: where it ends has to be there by then. */
async function inAnInstant() {
  const page = await open('wide', { reducedMotion: 'reduce' });
  await page.goto(BASE);
  await plays(page, 1);
  for (const [key, to] of [
    ['ArrowDown', [2, 3, 4, 5, 6]],
    ['ArrowUp', [5, 4, 3, 2, 1]],
  ])
    for (const place of to) {
      await page.keyboard.press(key);
      await plays(page, place);
    }
  check('with reduced motion a step is a step', await onlyActivePlays(page));
  await page.context().close();
}

async function windowTurned() {
  const page = await open();
  await page.goto(BASE);
  await plays(page, 1);
  await page.keyboard.press('ArrowDown');
  await page.setViewportSize({ width: 1280, height: 640 });
  await plays(page, 2);
  check('a step on its way arrives in a window of another height', await onlyActivePlays(page));
  await page.context().close();
}

async function serverAway() {
  const page = await open();
  await page.route('**/douyin/feed/**', (route) => route.abort('connectionrefused'));
  await page.goto(BASE);
  await eventually('a server that is away is said to be', () =>
    page.getByText('The server cannot be reached').isVisible(),
  );
  await page.unroute('**/douyin/feed/**');
  await plays(page, 1);
  check('and it goes on by itself when it is back', await onlyActivePlays(page));
  await page.context().close();
}

/** Tab leads through what can be seen, once round, and never into the slides above and below. */
async function tabOrder() {
  const page = await open();
  await page.goto(BASE);
  await plays(page, 1);
  await page.keyboard.press('Tab');
  check('Tab first offers to skip the navigation', await page.evaluate(() => document.activeElement.matches('.skip')));
  const hidden = [];
  for (let press = 0; press < 25; press++) {
    await page.keyboard.press('Tab');
    const lost = await page.evaluate(() => {
      const node = document.activeElement;
      const box = node.getBoundingClientRect();
      const seen = box.width > 0 && box.bottom > 0 && box.top < innerHeight && !node.closest('[inert]');
      return node === document.body || seen ? '' : node.outerHTML.slice(0, 80);
    });
    if (lost) hidden.push(lost);
  }
  check('the focus is never on what cannot be seen', hidden.length === 0, hidden.join(' '));
  await page.context().close();
}

/** The browser tells of a scroll a frame later; what comes before it does not scroll back. */
async function pageAddedWhileOneScrolls() {
  const page = await open('wide', { reducedMotion: 'reduce' });
  let release;
  let requests = 0;
  await page.route('**/douyin/feed/**', async (route) => {
    if (requests++ > 0) await new Promise((go) => (release = go));
    await route.continue();
  });
  await page.goto(BASE);
  await plays(page, 1);
  let at = 1;
  for (; !release; at++) {
    await page.keyboard.press('ArrowDown');
    await plays(page, at + 1);
  }
  await page.evaluate((index) => {
    window.untold = (event) => event.stopImmediatePropagation();
    addEventListener('scroll', window.untold, true);
    const scroller = document.querySelector('.scroller');
    scroller.scrollTo({ top: index * scroller.clientHeight, behavior: 'instant' });
  }, at);
  release();
  await page.locator('.scroller[aria-busy="false"]').waitFor();
  await page.evaluate(() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go))));
  await page.evaluate(() => {
    removeEventListener('scroll', window.untold, true);
    document.querySelector('.scroller').dispatchEvent(new Event('scroll'));
  });
  await plays(page, at + 1);
  check('a page that is added moves nobody back', true);
  await page.context().close();
}

/** Where data is dear nothing is loaded ahead, and what there is of HLS is used: hls.js under the page's policy. */
async function dearData() {
  const page = await open();
  await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
  await page.goto(BASE);
  await plays(page, 1);
  await page.keyboard.press('ArrowDown');
  await plays(page, 2);
  const sources = await page.evaluate(() =>
    [...document.querySelectorAll('article:not(.active) video')].map((video) => [
      Number(video.closest('article').getAttribute('aria-posinset')),
      video.getAttribute('src'),
    ]),
  );
  check(
    'where data is dear the next one is not loaded ahead',
    sources.every(([at, src]) => at < 2 || src === null),
  );
  check(
    'and playlists are used',
    await page.evaluate(() => document.querySelector('article.active video').currentSrc.startsWith('blob:')),
  );
  await page.context().close();
}

const place = async (page) => Number(await page.locator('article.active').getAttribute('aria-posinset'));
