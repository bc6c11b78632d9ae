// What every flow stands on: a browser, people and videos of its own made through the API, and checks that wait for conditions.
// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from '../browser.mjs';
import { draw } from '../clips.mjs';

export const BASE = (process.env.BASE ?? 'http://127.0.0.1:8080').replace(/\/$/, '');
export const PASSWORD = 'secret-12';
/** A request that no page makes says whose it is itself: the cookie counts for those of this site alone. */
export const OWN = { Origin: new URL(BASE).origin };
/** How long a condition may take to become true on a machine that is busy with other things. */
export const PATIENCE_MS = 120_000;
const axeSource = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'duan-web-'));
const run = Math.random().toString(36).slice(2, 8);
let people = 0;

export const failures = [];
export const problems = [];
let checks = 0;
export function check(what, ok, extra = '') {
  checks++;
  if (!ok) failures.push(what);
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}${extra && !ok ? `  (${extra})` : ''}`);
}
/** A condition that becomes true. */
export async function eventually(what, test) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await Promise.resolve(test()).catch(() => false);
    if (value || Date.now() > end) return check(what, Boolean(value));
    await new Promise((go) => setTimeout(go, 50));
  }
}

export const browser = await launch();

const SHAPES = {
  wide: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  narrow: { viewport: { width: 320, height: 568 }, isMobile: true, hasTouch: true },
};

/** A page of its own, which tells of every error and every violation of the Content-Security-Policy. */
export async function open(shape = 'wide', options = {}) {
  const context = await browser.newContext({ ...SHAPES[shape], locale: 'en-GB', colorScheme: 'dark', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`),
    ),
  );
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (said) => said.type() === 'error' && problems.push(said.text()));
  return page;
}

/** What the client remembers of an earlier visit. The empty page before the first has no memory. */
export const remember = (page, name, value) =>
  page.addInitScript(
    ([key, text]) => origin !== 'null' && localStorage.setItem(`duan.${key}`, text),
    [name, JSON.stringify(value)],
  );

async function api(page, method, path, form = {}) {
  const get = method === 'GET';
  const reply = await page.request.fetch(BASE + path, { method, headers: OWN, ...(get ? { params: form } : { form }) });
  const body = await reply.json();
  if (body.status_code !== 0) throw new Error(`${method} ${path}: ${body.status_code} ${body.status_msg}`);
  return body;
}
export const get = (page, path, params) => api(page, 'GET', path, params);
export const post = (page, path, form) => api(page, 'POST', path, form);

/** Somebody new, logged in on this page's context. */
export const newcomer = async (page, username = `t${run}${people++}`) =>
  (await post(page, '/api/v1/session/register', { username, password: PASSWORD })).user;
export const enter = (page, username) => post(page, '/api/v1/session', { username, password: PASSWORD });

export async function clip(kind, seconds) {
  const file = join(folder, `clip${kind}-${seconds ?? 'x'}.mp4`);
  await draw(file, kind, seconds);
  return file;
}

/** Publishes a file the way the client does. */
export async function publish(page, file, title) {
  const bytes = readFileSync(file);
  const tus = { ...OWN, 'Tus-Resumable': '1.0.0' };
  const made = await page.request.post(`${BASE}/api/v1/uploads`, {
    headers: { ...tus, 'Upload-Length': String(bytes.length) },
  });
  const path = new URL(made.headers().location, BASE).pathname;
  await page.request.patch(BASE + path, {
    headers: { ...tus, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' },
    data: bytes,
  });
  return (await post(page, `${path}/publish`, { title })).video_id;
}

/** Waits until all there is of a video is made. */
export async function processed(page, video_id) {
  const end = Date.now() + 5 * PATIENCE_MS;
  while (Date.now() < end) {
    const { state, reason } = await get(page, `/api/v1/videos/${video_id}/status`);
    if (state === 'ready') return;
    if (state === 'failed') throw new Error(`processing failed: ${reason}`);
    await new Promise((go) => setTimeout(go, 200));
  }
  throw new Error('processing did not end');
}

/** Where every screen is, of a video, its author and whoever is signed in. */
export const screens = (video, author, me) => [
  '/',
  `/v/${video}`,
  '/following',
  `/u/${author}`,
  `/u/${me}`,
  '/upload',
  '/inbox',
  '/messages',
  '/search?q=flows',
  '/settings',
];

export const follow = (page, id) => post(page, '/douyin/relation/action/', { to_user_id: id, action_type: 1 });

/** What the three elements are doing. */
export const elements = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('video')].map((video) => ({
      playing: !video.paused,
      muted: video.muted,
      ready: video.readyState,
      active: video.closest('article.active') !== null,
    })),
  );
export const onlyActivePlays = async (page) => {
  const list = (await elements(page)).filter((one) => one.playing);
  return list.length === 1 && list[0].active;
};
/** The video at this place of the feed fills the screen from its top, and its time runs. */
export const plays = (page, place) =>
  page.waitForFunction(
    (at) => {
      const slide = document.querySelector('article.active');
      if (Number(slide?.getAttribute('aria-posinset')) !== at) return false;
      const video = slide.querySelector('video');
      const away = slide.getBoundingClientRect().top - slide.closest('.scroller').getBoundingClientRect().top;
      return Math.abs(away) < 1 && video && !video.paused && video.currentTime > 0.1;
    },
    place,
    { timeout: PATIENCE_MS },
  );

export async function axe(page, name) {
  // A picture in the middle of its animation has colours that nobody reads.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((one) => one.effect?.getComputedTiming().iterations !== Infinity)
        .map((one) => one.finished),
    ),
  );
  await page.evaluate(axeSource); // from the tool's side: the page's own policy stays as it is
  const found = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await window.axe.run(document, { runOnly: tags });
    return violations.map(
      (one) =>
        `${one.id} x${one.nodes.length} ${one.nodes[0].target.join(' ')}: ${one.nodes[0].failureSummary?.slice(0, 260)}`,
    );
  });
  check(`axe finds nothing: ${name}`, found.length === 0, found.join(' | '));
}

/** A finger: real touch events, so that scroll snapping itself is what is tested. It comes down when the feed has come to rest. */
export async function swipe(page, dy, x = 150, from = dy < 0 ? 640 : 200) {
  await page.waitForFunction(() => {
    const { scrollTop, clientHeight } = document.querySelector('.scroller');
    return Math.abs(scrollTop - clientHeight * Math.round(scrollTop / clientHeight)) < 1;
  });
  const cdp = await page.context().newCDPSession(page);
  const STEPS = 12;
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y: from }] });
  for (let at = 1; at <= STEPS; at++) {
    await cdp.send('Input.dispatchTouchEvent', {
      type: 'touchMove',
      touchPoints: [{ x, y: from + (dy * at) / STEPS }],
    });
    await page.waitForTimeout(12);
  }
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await cdp.detach();
}

export async function finish() {
  await browser.close();
  rmSync(folder, { recursive: true });
  console.log(failures.length ? `${failures.length} of ${checks} failed` : `all ${checks} passed`);
  process.exitCode = failures.length ? 1 : 0;
}
