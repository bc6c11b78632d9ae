// What the page may use: requests to the first frame, elements and memory of a long session.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { BASE, browser, check, open, PATIENCE_MS, plays } from './harness.mjs';

const REQUESTS_MAX = 8;
const ELEMENTS_MAX = 500;
const HEAP_MAX = 20;
const PRIVATE_MAX = 400;
const STEPS = Number(process.env.STEPS ?? 60);
const MB = 1024 * 1024;

async function toFirstFrame() {
  const page = await open('phone');
  await page.addInitScript(() => {
    // Before the page itself hears of the frame: what it asks for then comes after it.
    const own = HTMLVideoElement.prototype.requestVideoFrameCallback;
    HTMLVideoElement.prototype.requestVideoFrameCallback = function (heard) {
      return own.call(this, (...args) => {
        window.shownAt ??= performance.now();
        heard(...args);
      });
    };
  });
  await page.goto(BASE, { waitUntil: 'commit' });
  await page.waitForFunction(() => window.shownAt, null, { timeout: PATIENCE_MS, polling: 20 });
  const shown = await page.evaluate(() => ({
    at: window.shownAt,
    names: performance
      .getEntriesByType('resource')
      .filter((one) => one.startTime < window.shownAt)
      .map((one) => new URL(one.name).pathname)
      .filter((path) => path !== '/icon.svg'), // the browser's own wish for its tab, behind everything else
  }));
  const requests = 1 + shown.names.length; // and the page itself
  check(`at most ${REQUESTS_MAX} requests before the first frame`, requests <= REQUESTS_MAX, shown.names.join(' '));
  console.log(`     first frame after ${Math.round(shown.at)} ms, ${requests} requests`);
  await page.context().close();
}

async function longSession() {
  const page = await open('wide');
  await page.goto(BASE);
  await plays(page, 1);
  const cdp = await page.context().newCDPSession(page);
  const look = async () => {
    await cdp.send('HeapProfiler.collectGarbage');
    const { usedSize } = await cdp.send('Runtime.getHeapUsage');
    const counted = await page.evaluate(() => [
      document.querySelectorAll('video').length,
      document.querySelectorAll('article').length,
      document.querySelectorAll('*').length,
    ]);
    return { heap: usedSize / MB, counted };
  };
  const before = await look();
  const heights = await page.evaluate(
    () => document.querySelector('.track').clientHeight / document.querySelector('.scroller').clientHeight,
  );
  const rows = Math.round(heights) - 1; // the last may be the word of the end
  for (let step = 1; step <= STEPS; step++) {
    const to = step % (2 * rows - 2) < rows ? step % (2 * rows - 2) : 2 * rows - 2 - (step % (2 * rows - 2));
    await page.evaluate((at) => {
      const scroller = document.querySelector('.scroller');
      scroller.scrollTo({ top: at * scroller.clientHeight, behavior: 'instant' });
    }, to);
    await page.waitForFunction(
      (place) => Number(document.querySelector('article.active')?.getAttribute('aria-posinset')) === place,
      to + 1,
    );
  }
  const after = await look();
  const [videos, slides, elements] = after.counted;
  check(
    `after ${STEPS} steps there are three videos and three slides`,
    videos === 3 && slides === 3,
    `${videos} ${slides}`,
  );
  check(`and at most ${ELEMENTS_MAX} elements`, elements <= ELEMENTS_MAX, String(elements));
  check(`and at most ${HEAP_MAX} MB of JavaScript`, after.heap <= HEAP_MAX, `${after.heap.toFixed(1)} MB`);
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const own = processInfo
    .filter((one) => one.type === 'renderer')
    .map(({ id }) => {
      const status = readFileSync(`/proc/${id}/status`, 'utf8');
      return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    });
  check(
    `no page uses more than ${PRIVATE_MAX} MB of memory of its own`,
    Math.max(...own) <= PRIVATE_MAX,
    `${Math.round(Math.max(...own))} MB`,
  );
  console.log(
    `     heap ${before.heap.toFixed(1)} -> ${after.heap.toFixed(1)} MB, elements ${before.counted[2]} -> ${elements}, largest page ${Math.round(Math.max(...own))} MB`,
  );
  await page.context().close();
}

export async function budgets() {
  await toFirstFrame();
  await longSession();
}
