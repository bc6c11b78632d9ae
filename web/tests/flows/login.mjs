// A like without a login leads to one, and happens after it; wishes and refusals.
// SPDX-License-Identifier: Apache-2.0
import { axe, BASE, check, elements, enter, eventually, get, newcomer, open, PASSWORD, plays } from './harness.mjs';

export async function login({ videos }) {
  const helper = await open();
  const { name } = await newcomer(helper);
  await helper.context().close();

  const page = await open();
  await page.goto(BASE);
  await plays(page, 1);
  await page.keyboard.press('ArrowDown');
  await plays(page, 2);
  await page.keyboard.press('l');
  const dialog = page.getByRole('dialog', { name: 'Log in to Duan' });
  await dialog.waitFor();
  check('the login says why', await dialog.getByText('Log in to like this video').isVisible());
  check(
    'the video goes on beneath',
    (await elements(page)).some((one) => one.playing),
  );
  await axe(page, 'login');
  await dialog.getByLabel('User name').fill(name);
  await dialog.getByLabel('Password', { exact: true }).fill('wrong-password');
  await page.keyboard.press('Enter');
  await eventually('a wrong password is said in words', async () =>
    /wrong/i.test(await dialog.getByRole('alert').last().innerText()),
  );
  await axe(page, 'refused login');
  await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  const heart = page.locator('article.active .like');
  const pressed = async () => (await heart.getAttribute('aria-pressed')) === 'true';
  await eventually('after the login the like has happened', pressed);
  check('on the same video', (await page.locator('article.active').getAttribute('aria-posinset')) === '2');
  await eventually('no dialog is left', async () => (await page.locator('dialog:modal').count()) === 0);

  let answer;
  const answered = new Promise((go) => (answer = go));
  await page.route('**/favorite/action/**', async (route) => {
    await answered;
    await route.continue().catch(() => {}); // the page may have gone on
  });
  await heart.click();
  check('taking a like back shows before the server answers', !(await pressed()));
  answer();
  await heart.click();
  await heart.click();
  await heart.click();
  await page.reload();
  await plays(page, 1);
  await page.unroute('**/favorite/action/**');

  await page.route('**/favorite/action/**', (route) =>
    route.fulfill({ json: { status_code: 50300, status_msg: 'busy' } }),
  );
  await eventually('the feed is there', () => heart.isVisible());
  const before = await pressed();
  await heart.click();
  await page.locator('.toast').first().waitFor();
  check('a refused like is taken back, with a word', (await pressed()) === before);
  const said = await page.locator(':is([aria-live], [role=status])', { hasText: 'busy' }).count();
  check('which is said once', said === 1, `${said} times`);
  await page.unroute('**/favorite/action/**');

  await page.route('**/favorite/action/**', (route) =>
    route.fulfill({ json: { status_code: 10004, status_msg: 'log in' } }),
  );
  await heart.click();
  await eventually('a session that has ended asks for a login', () =>
    page.getByText('Your session has ended').isVisible(),
  );
  await page.context().close();

  const fresh = await open();
  await fresh.goto(BASE);
  await plays(fresh, 1);
  await fresh.getByRole('button', { name: 'Log in' }).first().click();
  await fresh.getByRole('button', { name: 'New here? Create an account' }).click();
  await axe(fresh, 'register');
  await fresh.getByLabel('User name').fill(`${name}x`);
  await fresh.getByLabel('Password', { exact: true }).fill('short');
  await fresh.keyboard.press('Enter');
  await eventually('a password that is too short is told before it is sent', async () =>
    (await fresh.getByRole('alert').last().innerText()).includes('6 to 32'),
  );
  await fresh.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await fresh.keyboard.press('Enter');
  await eventually('registering logs in', () => fresh.locator('aside a[href^="/u/"]').isVisible());
  await twoTabs(fresh);
  await asOneself(name, videos[7]);
  await fresh.context().close();
}

/* What was there for a stranger is there for oneself once one has logged in. Of a video that no other flow likes. */
async function asOneself(name, video) {
  const page = await open();
  const submit = async () => {
    await page.getByLabel('User name').fill(name);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
  };
  await enter(page, name);
  await page.goto(`${BASE}/v/${video}`);
  await plays(page, 1);
  const likes = page.locator('article.active .like');
  const state = async () => [await likes.getAttribute('aria-pressed'), await likes.innerText()].join();
  if ((await likes.getAttribute('aria-pressed')) === 'false') await likes.click();
  await eventually('a like counts', async () => (await get(page, `/api/v1/videos/${video}`)).video.is_favorite);
  const before = await state();
  await page.context().clearCookies();
  await page.reload();
  await plays(page, 1);
  await likes.click();
  await submit();
  await eventually('a like that was there already is counted once', async () => (await state()) === before);
  await eventually('and stays', async () => (await page.locator('dialog:modal').count()) === 0);
  check('so it is shown', (await state()) === before, await state());

  await page.context().clearCookies();
  await page.goto(`${BASE}/following`);
  await page.getByText('See whom you follow').waitFor();
  await page.getByRole('button', { name: 'Log in' }).first().click();
  await submit();
  await eventually('a feed that a stranger was refused is there after the login', () =>
    page.getByText('Your Following feed is quiet').isVisible(),
  );
  await page.context().close();
}

/* What one tab does to the session is what the other one shows. */
async function twoTabs(first) {
  const mine = (page) => page.locator('aside a[href^="/u/"]').first().getAttribute('href');
  const before = await mine(first);
  const second = await first.context().newPage();
  await second.goto(`${BASE}/settings`);
  await second.getByRole('button', { name: 'Log out' }).click();
  await eventually('a logout in another tab is seen', () => first.getByText('Your session has ended').isVisible());
  await second.waitForURL(`${BASE}/`);
  await second.getByRole('button', { name: 'Log in' }).first().click();
  await second.getByRole('button', { name: 'New here? Create an account' }).click();
  await second.getByLabel('User name').fill(`two${Date.now()}`);
  await second.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await second.keyboard.press('Enter');
  await second.locator('aside a[href^="/u/"]').first().waitFor();
  const now = await mine(second);
  await eventually('and whoever logs in there is who this tab acts for', async () => (await mine(first)) === now);
  check('that is somebody else', now !== before);
}
