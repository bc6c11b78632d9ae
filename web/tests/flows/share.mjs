// The page of a video for those who run no script: other programs, and people.
// SPDX-License-Identifier: Apache-2.0
import { BASE, check, eventually, open } from './harness.mjs';

export async function share({ authorUser, videos }) {
  const page = await open('wide', { javaScriptEnabled: false });
  await page.goto(`${BASE}/v/${videos[0]}`);
  const says = (property) => page.locator(`meta[property="${property}"]`).getAttribute('content');
  check('the page of a video says what it is', (await says('og:type')) === 'video.other');
  const title = await says('og:title');
  check('and its title', title.endsWith('of the flows'), title);
  check('and whose it is', (await says('og:description')).includes(authorUser.name));
  const cover = await page.request.get(await says('og:image'));
  check('its picture can be fetched', cover.ok() && cover.headers()['content-type'].startsWith('image/'));
  await eventually('without script the video is there', () => page.locator('video[controls]').isVisible());
  await eventually('under its title', () => page.getByRole('heading', { name: title }).isVisible());
  const oembed = await page.locator('link[type="application/json+oembed"]').getAttribute('href');
  const reply = await page.request.get(oembed);
  check('and oEmbed tells the same', (await reply.json()).title === title);
  await page.context().close();
}
