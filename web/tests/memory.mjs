/* Does memory settle? Scrolls through 400 items at a steady pace; prints heap, elements and resident memory. */
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
const BASE = process.env.BASE ?? 'http://127.0.0.1:8080';
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--enable-precise-memory-info',
  ],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
const cdp = await context.newCDPSession(page);
await page.goto(BASE);
await page.locator('article.active').waitFor();
const session = await browser.newBrowserCDPSession();
async function look(name) {
  await cdp.send('HeapProfiler.collectGarbage');
  const m = await page.evaluate(() => ({
    heapMB: +(performance.memory.usedJSHeapSize / 1048576).toFixed(1),
    videos: document.querySelectorAll('video').length,
    nodes: document.querySelectorAll('*').length,
    at: Number(document.querySelector('article.active').getAttribute('aria-posinset')),
  }));
  const ids = (await session.send('SystemInfo.getProcessInfo')).processInfo
    .filter((p) => p.type === 'renderer')
    .map((p) => p.id);
  const rss = ids
    .map((id) => {
      const s = readFileSync(`/proc/${id}/status`, 'utf8');
      return { rss: Number(/VmRSS:\s+(\d+)/.exec(s)[1]) / 1024, anon: Number(/RssAnon:\s+(\d+)/.exec(s)[1]) / 1024 };
    })
    .sort((a, b) => b.rss - a.rss)[0];
  console.log(name, JSON.stringify({ ...m, rssMB: Math.round(rss.rss), anonMB: Math.round(rss.anon) }));
}
await page.waitForTimeout(2000);
await look('start');
for (let i = 1; i <= 400; i++) {
  await page.evaluate((k) => {
    const s = document.querySelector('.scroller');
    s.scrollTo({ top: k * s.clientHeight, behavior: 'instant' });
  }, i);
  await page
    .waitForFunction(
      (k) => Number(document.querySelector('article.active')?.getAttribute('aria-posinset')) === k + 1,
      i,
      { polling: 20, timeout: 20000 },
    )
    .catch(() => {});
  await page.waitForTimeout(90);
  if (i % 50 === 0) await look(`item ${i}`);
}
await page.waitForTimeout(3000);
await look('rested');
await cdp.send('Memory.simulatePressureNotification', { level: 'critical' }).catch((e) => console.log(e.message));
await page.waitForTimeout(3000);
await look('after memory pressure');
await browser.close();
