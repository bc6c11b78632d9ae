/* Numbers for the budgets: bytes, first frame, swipe to next frame, memory and elements after 200 items, CPU. */
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
const BASE = process.env.BASE ?? 'http://127.0.0.1:8080';
const ROUNDS = Number(process.env.ROUNDS ?? 9);
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-precise-memory-info',
  '--js-flags=--expose-gc',
];
const med = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const line = (name, list, unit = 'ms') =>
  console.log(
    `${name}: median ${med(list).toFixed(0)} ${unit}, range ${Math.min(...list).toFixed(0)}..${Math.max(...list).toFixed(0)} (${list.length} rounds)`,
  );
const hook = () => {
  window.__frames = [];
  const own = HTMLVideoElement.prototype.requestVideoFrameCallback;
  const play = HTMLVideoElement.prototype.play;
  HTMLVideoElement.prototype.play = function () {
    const asked = performance.now();
    own.call(this, () => window.__frames.push({ asked, shown: performance.now() }));
    return play.call(this);
  };
};
const NETS = {
  localhost: null,
  '10 Mbit/s, 40 ms': { download: 10e6 / 8, latency: 40 },
  '1.6 Mbit/s, 150 ms': { download: 1.6e6 / 8, latency: 150 },
};
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
const pick = process.argv[2] ?? 'all';
async function open(net, mobile = false) {
  const context = await browser.newContext({
    viewport: mobile ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    isMobile: mobile,
    hasTouch: mobile,
  });
  const page = await context.newPage();
  await page.addInitScript(hook);
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  if (net)
    await cdp.send('Network.emulateNetworkConditions', {
      offline: false,
      downloadThroughput: net.download,
      uploadThroughput: net.download,
      latency: net.latency,
    });
  return { context, page, cdp };
}
if (pick === 'all' || pick === 'first') {
  const results = Object.fromEntries(Object.keys(NETS).map((k) => [k, { fcp: [], first: [], swipe: [], kb: [] }]));
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, net] of Object.entries(NETS)) {
      const { context, page, cdp } = await open(net);
      let bytes = 0;
      cdp.on('Network.loadingFinished', (e) => (bytes += e.encodedDataLength));
      await page.goto(BASE, { waitUntil: 'commit' });
      await page.waitForFunction(() => window.__frames?.length > 0, null, { timeout: 30000, polling: 20 });
      results[name].first.push(await page.evaluate(() => window.__frames[0].shown));
      results[name].fcp.push(
        await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0),
      );
      results[name].kb.push(bytes / 1024);
      await page.waitForTimeout(2500);
      const n = await page.evaluate(() => window.__frames.length);
      await page.evaluate(() => (window.__key = performance.now()));
      await page.keyboard.press('ArrowDown');
      await page.waitForFunction((k) => window.__frames.length > k, n, { timeout: 30000, polling: 20 });
      results[name].swipe.push(await page.evaluate((k) => window.__frames[k].shown - window.__key, n));
      await context.close();
    }
  for (const [name, r] of Object.entries(results)) {
    line(`${name}: first contentful paint`, r.fcp);
    line(`${name}: navigation to first video frame`, r.first);
    line(`${name}: key press to next video's frame (scroll animation included)`, r.swipe);
  }
}
if (pick === 'all' || pick === 'long') {
  const { context, page, cdp } = await open(null);
  await page.goto(BASE);
  await page.waitForFunction(() => window.__frames.length > 0);
  await page.waitForTimeout(2000);
  const look = async () => {
    await cdp.send('HeapProfiler.collectGarbage');
    const m = await page.evaluate(() => ({
      heap: performance.memory.usedJSHeapSize / 1048576,
      videos: document.querySelectorAll('video').length,
      nodes: document.querySelectorAll('*').length,
      articles: document.querySelectorAll('article').length,
    }));
    const info = await browser.newBrowserCDPSession().then((s) => s.send('SystemInfo.getProcessInfo'));
    const pid = info.processInfo.filter((p) => p.type === 'renderer').map((p) => p.id);
    const mem = pid.map((id) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))[1]) / 1024);
    return { ...m, rss: Math.max(...mem) };
  };
  console.log('after 1 item', JSON.stringify(await look()));
  const t0 = Date.now();
  for (let i = 1; i < 200; i++) {
    await page.evaluate((k) => {
      const s = document.querySelector('.scroller');
      s.scrollTo({ top: k * s.clientHeight, behavior: 'instant' });
    }, i);
    await page.waitForTimeout(60);
    if ([20, 100, 199].includes(i)) {
      await page.waitForTimeout(1500);
      console.log(`after ${i + 1} items`, JSON.stringify(await look()));
    }
  }
  console.log('position', await page.getAttribute('article.active', 'aria-posinset'), 'in', Date.now() - t0, 'ms');
  const playing = await page.evaluate(() => [...document.querySelectorAll('video')].filter((v) => !v.paused).length);
  console.log('playing at the end', playing);
  await context.close();
}
if (pick === 'all' || pick === 'cpu') {
  for (const mobile of [false, true]) {
    const { context, page } = await open(null, mobile);
    await page.goto(BASE);
    await page.waitForFunction(() => window.__frames.length > 0);
    await page.waitForTimeout(1500);
    const s = await browser.newBrowserCDPSession();
    const ticks = async () =>
      (await s.send('SystemInfo.getProcessInfo')).processInfo.reduce((sum, p) => sum + p.cpuTime, 0);
    const q0 = await page.evaluate(() => {
      const q = document.querySelector('article.active video').getVideoPlaybackQuality();
      return [q.totalVideoFrames, q.droppedVideoFrames];
    });
    const c0 = await ticks();
    const w0 = Date.now();
    await page.waitForTimeout(6000);
    const c1 = await ticks();
    const q1 = await page.evaluate(() => {
      const q = document.querySelector('article.active video').getVideoPlaybackQuality();
      return [q.totalVideoFrames, q.droppedVideoFrames];
    });
    console.log(
      `${mobile ? 'phone' : 'desktop'} playing: frames ${q1[0] - q0[0]}, dropped ${q1[1] - q0[1]}, CPU ${((100 * (c1 - c0)) / ((Date.now() - w0) / 1000)).toFixed(0)} % of one core (software decode and raster)`,
    );
    await page.keyboard.press(' ');
    await page.waitForTimeout(500);
    const c2 = await ticks();
    await page.waitForTimeout(4000);
    console.log(`   paused: CPU ${((100 * ((await ticks()) - c2)) / 4).toFixed(0)} %`);
    await context.close();
  }
}
await browser.close();
