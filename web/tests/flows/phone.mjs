// On a phone: swipes, taps, the comments' sheet, navigation below.
// SPDX-License-Identifier: Apache-2.0
import { axe, BASE, check, elements, eventually, newcomer, onlyActivePlays, open, plays, swipe } from './harness.mjs';

/** Both taps in one turn of the page, so that a busy machine cannot stretch the time between them. */
const doubleTap = (page) =>
  page.evaluate(() => {
    const layer = document.querySelector('article.active .touch');
    const at = { bubbles: true, clientX: 150, clientY: 300, button: 0, pointerType: 'touch' };
    for (let tap = 0; tap < 2; tap++) {
      for (const type of ['pointerdown', 'pointerup']) layer.dispatchEvent(new PointerEvent(type, at));
      layer.dispatchEvent(new MouseEvent('click', at));
    }
  });

export async function phone() {
  const page = await open('phone');
  await page.goto(BASE);
  await plays(page, 1);
  await axe(page, 'feed on a phone');
  for (let place = 2; place <= 5; place++) {
    await swipe(page, -430);
    await plays(page, place);
    check(
      `swipe ${place - 1}: exactly one plays`,
      (await onlyActivePlays(page)) && (await elements(page)).length === 3,
    );
  }
  await swipe(page, 430);
  await plays(page, 4);
  check('a swipe down goes back', await onlyActivePlays(page));
  await page.touchscreen.tap(150, 300);
  await eventually('a tap pauses', async () => (await elements(page)).every((one) => !one.playing));
  await page.waitForTimeout(400); // two taps within 280 ms are one double tap
  await page.touchscreen.tap(150, 300);
  await eventually('a tap plays on', () => onlyActivePlays(page));
  await page.waitForTimeout(400);
  await doubleTap(page);
  await eventually('a double tap asks for a login, to like', () =>
    page.getByText('Log in to like this video').isVisible(),
  );
  await page.goBack();
  await eventually('Back closes the login', async () => (await page.locator('dialog:modal').count()) === 0);
  check('and the double tap forgave the pause', await onlyActivePlays(page));

  const me = await newcomer(page);
  await page.reload();
  await plays(page, 1);
  await page.locator('article.active .act').nth(1).tap();
  await page.locator('section.panel').waitFor();
  check('the video plays on above the comments', await onlyActivePlays(page));
  await axe(page, 'comments on a phone');
  await page.goBack();
  await eventually('Back closes the comments', async () => (await page.locator('section.panel').count()) === 0);
  for (const [path, name] of [
    ['/following', 'following'],
    [`/u/${me.id}`, 'own profile'],
    ['/upload', 'upload'],
    ['/inbox', 'inbox'],
    ['/messages', 'messages'],
    ['/search', 'search'],
    ['/settings', 'settings'],
  ]) {
    await page.goto(BASE + path);
    await page.locator('nav.bottom').waitFor();
    await page.waitForFunction(() => document.querySelectorAll('[aria-label="Loading"]').length === 0);
    await axe(page, `${name} on a phone`);
  }
  await page.context().close();
}
