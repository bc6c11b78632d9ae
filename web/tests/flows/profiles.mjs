// Profiles, their lists, the player over the grid; editing and deleting one's own video; search.
// SPDX-License-Identifier: Apache-2.0
import {
  axe,
  BASE,
  check,
  elements,
  eventually,
  onlyActivePlays,
  newcomer,
  open,
  plays,
  processed,
  publish,
  clip,
} from './harness.mjs';

export async function profiles(world) {
  const { authorUser, videos } = world;
  const { author, friend, friendUser } = await world.asFriends();
  await author.context().close();
  await friend.context().close();
  const page = await open();
  const me = await newcomer(page);
  await page.goto(`${BASE}/u/${authorUser.id}`);
  await page.locator('.grid li').nth(8).waitFor();
  await axe(page, 'profile');
  const followers = async () => Number(/(\d+)\s*Followers/.exec(await page.locator('.nums').innerText())?.[1]);
  const before = await followers();
  await page
    .locator('.acts')
    .getByRole('button', { name: `Follow ${authorUser.name}` })
    .click();
  await eventually('following counts at once', async () => (await followers()) === before + 1);
  await page.locator('.grid button').nth(2).click();
  await plays(page, 3);
  check('the grid opens the player at that video; one plays', await onlyActivePlays(page));
  await page.keyboard.press('ArrowDown');
  await plays(page, 4);
  await axe(page, 'player over the grid');
  await page.keyboard.press('Escape');
  await eventually('closing it leaves silence', async () => (await elements(page)).length === 0);
  check('on the same page', page.url().endsWith(`/u/${authorUser.id}`));
  await page.locator('.grid button').nth(0).click();
  await plays(page, 1);
  await page.goBack();
  await eventually('Back closes the player', async () => (await page.locator('dialog:modal').count()) === 0);
  await page.getByRole('button', { name: /Followers/ }).click();
  const list = page.getByRole('dialog', { name: 'Followers' });
  await eventually('followers are listed', async () => (await list.locator('li').count()) === before + 1);
  await axe(page, 'followers');
  await list.getByRole('link', { name: friendUser.name }).click();
  await eventually('a name in the list leads to its profile', () =>
    page.getByRole('heading', { name: friendUser.name }).isVisible(),
  );
  await page.goBack();
  await eventually('and Back to the one before', () =>
    page.getByRole('heading', { name: authorUser.name }).isVisible(),
  );

  await page.goto(`${BASE}/following`);
  await plays(page, 1);
  check(
    'Following shows whom one follows',
    (await page.locator('article.active .name').innerText()) === authorUser.name,
  );

  await page.goto(`${BASE}/u/${me.id}/liked`);
  await page.getByText('No liked videos yet').waitFor();
  await axe(page, 'own profile, nothing liked');
  await page.goto(`${BASE}/u/${me.id}`);
  await page.getByText('Your first video starts here').waitFor();
  await page.goto(`${BASE}/u/999999999`);
  await eventually('a person who is not there is said not to be', () =>
    page.getByText('This person is not here').isVisible(),
  );

  const own = await publish(page, await clip(1), 'To be renamed');
  await processed(page, own);
  await page.goto(`${BASE}/v/${own}`);
  await plays(page, 1);
  await page.locator('article.active').getByRole('button', { name: 'More' }).click();
  await page.getByRole('button', { name: 'Edit caption' }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit caption' });
  await dialog.getByLabel('Caption').fill('Renamed');
  await axe(page, 'edit caption');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await eventually(
    'a caption can be changed',
    async () => (await page.locator('article.active .caption').innerText()) === 'Renamed',
  );
  await page.reload();
  await plays(page, 1);
  check('and stays changed', (await page.locator('article.active .caption').innerText()) === 'Renamed');
  await page.locator('article.active').getByRole('button', { name: 'More' }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  const sure = page.getByRole('dialog', { name: 'Delete this video?' });
  await axe(page, 'question');
  await sure.getByRole('button', { name: 'Delete' }).click();
  await eventually('a deleted video leaves the page', () => page.url() === `${BASE}/`);
  await page.goto(`${BASE}/v/${own}`);
  await eventually('and is gone', () => page.getByText('This video is not here').isVisible());

  await page.goto(`${BASE}/search`);
  await axe(page, 'search');
  await page.getByRole('searchbox').pressSequentially('of the flows');
  await eventually('search finds captions as one types', async () => (await page.locator('.grid li').count()) > 0);
  await page.getByRole('searchbox').fill(authorUser.name);
  await eventually('and people', () => page.locator('.found').getByText(authorUser.name).first().isVisible());
  await axe(page, 'found');
  await page.getByRole('searchbox').fill('zzqqxxyy');
  await eventually('and says when there is nothing', () => page.getByText('Nothing found for').isVisible());
  await page.goto(`${BASE}/v/${videos[0]}`);
  await plays(page, 1);
  await page.keyboard.press('ArrowDown');
  await plays(page, 2);
  check(
    'below a single video is more of its author',
    await page.getByText(`More from ${authorUser.name}`).first().isVisible(),
  );
  await page.context().close();
}
