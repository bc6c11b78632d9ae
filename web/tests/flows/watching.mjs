// Watching: what moves by itself waits for what one does, sound that is asked for comes, the seek bar, full screen.
// SPDX-License-Identifier: Apache-2.0
import { BASE, check, elements, eventually, newcomer, open, plays, remember } from './harness.mjs';

const place = async (page) => Number(await page.locator('article.active').getAttribute('aria-posinset'));
const audible = async (page) => (await elements(page)).some((one) => one.active && !one.muted);
/** The clip comes to its end, once, and has begun again or made room for the next. */
async function toItsEnd(page) {
  await page.evaluate(
    () =>
      new Promise((go) => {
        const video = document.querySelector('article.active video');
        video.addEventListener('ended', go, { once: true });
        video.currentTime = video.duration - 0.2;
      }),
  );
  await page.waitForFunction(() => {
    const video = document.querySelector('article.active video');
    return !video.paused && video.currentTime > 0.1 && video.currentTime < video.duration - 0.5;
  });
}

export async function watching(world) {
  await byItself();
  await askingForSound();
  await seekBar();
  await fullScreen();
  await timeWatched(world.videos);
  await whyItFailed(world);
}

async function byItself() {
  const page = await open('wide', { viewport: { width: 1600, height: 900 } });
  await newcomer(page);
  await remember(page, 'autoscroll', true);
  await page.goto(BASE);
  await plays(page, 1);
  await page.locator('article.active').getByRole('button', { name: 'More' }).click();
  await toItsEnd(page);
  check('beneath a menu the clip begins again and makes no room for the next', (await place(page)) === 1);
  await page.keyboard.press('Escape');
  await page.locator('dialog:modal').waitFor({ state: 'detached' });
  await page.keyboard.press('c');
  const field = page.getByRole('textbox', { name: 'Add a comment…' });
  await field.fill('Half a thought');
  await toItsEnd(page);
  check('and so it does beside the comments', (await place(page)) === 1);
  await page.getByRole('button', { name: 'Next video' }).click();
  await plays(page, 2);
  check('what was written of one clip is not written of the next', (await field.inputValue()) === '');
  await page.getByRole('button', { name: 'Previous video' }).click();
  await plays(page, 1);
  check('and stands there on coming back', (await field.inputValue()) === 'Half a thought');
  await page.locator('section.panel').getByRole('button', { name: 'Close' }).click();
  await page.locator('section.panel').waitFor({ state: 'detached' });
  await toItsEnd(page);
  await eventually('otherwise the next one comes by itself', async () => (await place(page)) === 2);
  await page.context().close();
}

/** The wish for sound is kept from the last visit; the first thing one does is to ask for it. */
async function askingForSound() {
  const pill = (page) => page.locator('article.active .sound button');
  const ways = {
    M: (page) => page.keyboard.press('m'),
    'Enter on the pill': (page) => pill(page).press('Enter'),
    'a click beside its words': (page) => pill(page).click({ position: { x: 3, y: 20 } }),
  };
  for (const [name, ask] of Object.entries(ways)) {
    const page = await open();
    await remember(page, 'sound', true);
    await page.goto(BASE);
    await plays(page, 1);
    await ask(page);
    check(`${name} brings the sound that is asked for`, await audible(page));
    check(`${name} keeps the wish`, await page.evaluate(() => localStorage.getItem('duan.sound') === 'true'));
    await page.context().close();
  }
  const page = await open();
  await remember(page, 'sound', true);
  await page.goto(BASE);
  await plays(page, 1);
  await page.keyboard.press('ArrowDown');
  await plays(page, 2);
  check('anything else that is done first brings it as well', await audible(page));
  await page.context().close();
}

async function seekBar() {
  const page = await open();
  await page.goto(BASE);
  await plays(page, 1);
  const bar = page.locator('article.active').getByRole('slider', { name: 'Seek' });
  await bar.click();
  await page.keyboard.press(' ');
  await eventually('Space pauses from the seek bar too', async () =>
    (await elements(page)).every((one) => !one.playing),
  );
  check('and the clip stays', (await place(page)) === 1);

  await bar.evaluate((node) => {
    node.value = '1';
    node.dispatchEvent(new Event('input', { bubbles: true }));
  });
  const shown = page.locator('article.active output.clock');
  await shown.waitFor();
  await bar.dispatchEvent('pointerup');
  await eventually('a drag that ends where it began has ended', async () => (await shown.count()) === 0);
  await page.context().close();
}

async function fullScreen() {
  const page = await open();
  await page.goto(BASE);
  await plays(page, 1);
  await page.keyboard.press('f');
  await page.waitForFunction(() => document.fullscreenElement !== null);
  await page.keyboard.press('ArrowDown');
  await plays(page, 2);
  await eventually('in full screen one goes on to the next clip', () =>
    page.evaluate(() => {
      const box = document.querySelector('article.active video').getBoundingClientRect();
      const inside = document.fullscreenElement?.contains(document.querySelector('article.active'));
      return inside && box.top >= 0 && box.bottom <= innerHeight + 1;
    }),
  );
  await page.keyboard.press('f');
  await eventually('and leaves it', () => page.evaluate(() => document.fullscreenElement === null));
  await page.context().close();
}

/** A pause as long as all that was before it: whoever counted it would count more than there was. */
async function timeWatched(videos) {
  const page = await open();
  await newcomer(page);
  const told = [];
  await page.exposeFunction('told', (text) => told.push(...JSON.parse(text).items));
  await page.addInitScript(() => {
    navigator.sendBeacon = (url, blob) => blob.text().then(window.told) && true;
    document.addEventListener('pause', () => (window.pausedAt ??= performance.now()), true);
  });
  await page.goto(`${BASE}/v/${videos[0]}`);
  await plays(page, 1);
  await page.waitForFunction(() => document.querySelector('article.active video').currentTime > 1);
  await page.keyboard.press(' ');
  await page.waitForFunction(() => performance.now() > 2 * window.pausedAt);
  const most = await page.evaluate(() => window.pausedAt);
  await page.locator('aside a[href="/settings"]').click();
  await eventually('what was watched is told', () => told.length > 0);
  const [{ watched_ms }] = told;
  check('without the pause', watched_ms <= most && watched_ms >= 300, `${watched_ms} of ${most}`);
  await page.context().close();
}

/** Opened by its address, where nobody has followed the work on it. What cannot be processed is refused when it is published:
 * this one is made up. */
async function whyItFailed({ videos, asAuthor }) {
  const page = await asAuthor();
  const one = `${BASE}/api/v1/videos/${videos[0]}`;
  await page.route(`${one}?**`, async (route) => {
    const body = await (await route.fetch()).json();
    body.video.ext.state = 'failed';
    await route.fulfill({ json: body });
  });
  await page.route(`${one}/status`, (route) =>
    route.fulfill({ json: { status_code: 0, state: 'failed', percent: 0, reason: 'corrupt' } }),
  );
  await page.goto(`${BASE}/v/${videos[0]}`);
  await eventually("one's own failed video says why", () => page.getByText('The file is damaged').isVisible());
  await page.context().close();
}
