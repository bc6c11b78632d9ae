// The system's own browser: Chromium without anything that reaches outside, or with BROWSER=firefox Debian's Firefox, over WebDriver BiDi.
// SPDX-License-Identifier: Apache-2.0
import { chromium, firefox } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const inFirefox = process.env.BROWSER === 'firefox';

const launchChromium = (more) =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...FLAGS, ...more] });
/* Of a page that comes back from the cache of pages one has left the protocol does not tell. */
const FORGETS_PAGES = { 'fission.bfcacheInParent': false, 'browser.sessionhistory.max_total_viewers': 0 };
const launchFirefox = () =>
  firefox.launch({
    channel: 'moz-firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    firefoxUserPrefs: FORGETS_PAGES,
  });

export const launch = (...more) => (inFirefox ? launchFirefox() : launchChromium(more));
