// Settings: name, words, picture, look, password, sessions, export, the end of an account.
// SPDX-License-Identifier: Apache-2.0
import { deflateSync } from 'node:zlib';
import { axe, BASE, check, eventually, newcomer, open, OWN, PASSWORD } from './harness.mjs';

/** A PNG of one colour, made here so that nothing foreign is needed. */
function picture(side = 64) {
  const table = Array.from({ length: 256 }, (_, n) =>
    Array.from({ length: 8 }).reduce((c) => (c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1), n),
  );
  const crc = (bytes) => ~bytes.reduce((c, byte) => table[(c ^ byte) & 255] ^ (c >>> 8), ~0) >>> 0;
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(side * 3, 0x40)]);
  const rows = Buffer.concat(Array.from({ length: side }, () => row));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

export async function account() {
  const page = await open();
  const me = await newcomer(page);
  await page.goto(`${BASE}/settings`);
  await page.getByText('You have not blocked anybody.').waitFor();
  await axe(page, 'settings');
  const profile = page.getByRole('region', { name: 'Profile' });
  await profile.getByLabel('About you').fill('Made by the flows');
  await profile.getByLabel('User name').fill(`${me.name}-b`);
  await profile.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved').first().waitFor();
  const face = async (place) => (await place.locator('.avatar').first().getAttribute('src')) ?? '';
  const before = await face(profile);
  await profile
    .getByLabel('Change picture')
    .setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: picture() });
  await eventually('a picture can be changed', async () => ![before, ''].includes(await face(profile)));
  await page.goto(`${BASE}/u/${me.id}`);
  await eventually(
    'name and words are on the profile',
    async () =>
      (await page.getByRole('heading', { name: `${me.name}-b` }).isVisible()) &&
      page.getByText('Made by the flows').isVisible(),
  );
  check('and the picture', ![before, ''].includes(await face(page.locator('.face'))));

  await page.goto(`${BASE}/settings`);
  await page.getByRole('button', { name: 'Light' }).click();
  check('the theme changes at once', (await page.locator('html').getAttribute('data-theme')) === 'light');
  await page.getByLabel('Language').selectOption('zh-CN');
  await eventually('and the language', () => page.getByRole('heading', { name: '设置' }).isVisible());
  const other = await open();
  await other.request.post(`${BASE}/api/v1/session`, {
    form: { username: `${me.name}-b`, password: PASSWORD },
    headers: OWN,
  });
  await other.goto(`${BASE}/settings`);
  await eventually(
    'both follow to the next device',
    async () =>
      (await other.getByRole('heading', { name: '设置' }).isVisible()) &&
      (await other.locator('html').getAttribute('data-theme')) === 'light',
  );
  await page.getByLabel('语言').selectOption('en');
  await page.reload();
  const sessions = page.getByRole('region', { name: 'Where you are logged in' });
  await eventually('both sessions are listed', async () => (await sessions.locator('li').count()) === 2);
  await sessions.getByRole('button', { name: 'Log out everywhere else' }).click();
  await eventually('others can be ended', async () => (await sessions.locator('li').count()) === 1);
  await other.reload();
  await eventually('and are', () => other.locator('.card .primary').first().isVisible());
  await other.context().close();

  const form = page.getByRole('region', { name: 'Password' });
  await form.getByLabel('Current password').fill('not-this-one');
  await form.getByLabel('New password').fill('fresh-secret');
  await form.getByRole('button', { name: 'Change password' }).click();
  await eventually('a wrong password is told at its field', () =>
    form.getByText('That is not your current password').isVisible(),
  );
  await form.getByLabel('Current password').fill(PASSWORD);
  await form.getByRole('button', { name: 'Change password' }).click();
  await eventually('the password can be changed', () =>
    page.getByText('Other devices have to log in again').first().isVisible(),
  );
  await page.getByRole('button', { name: 'Prepare a copy' }).click();
  const copy = page.getByRole('dialog', { name: 'Prepare a copy' });
  await copy.getByLabel('Password', { exact: true }).fill('fresh-secret');
  await copy.getByRole('button', { name: 'Prepare a copy' }).click();
  await eventually('a copy of the data is prepared and can be fetched', () =>
    page.getByRole('link', { name: 'Download' }).isVisible(),
  );
  await page.getByRole('button', { name: 'Delete account' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete account' });
  await dialog.getByLabel('Password', { exact: true }).fill('fresh-secret');
  await axe(page, 'delete account');
  await dialog.getByRole('button', { name: 'Delete my account' }).click();
  await dialog.getByText('Until then you can log in and undo it').last().waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await eventually('whoever deletes the account is logged out', () => page.locator('aside .join').isVisible());
  await page.locator('aside .join .primary').click();
  const login = page.getByRole('dialog', { name: 'Log in to Duan' });
  await login.getByLabel('User name').fill(`${me.name}-b`);
  await login.getByLabel('Password', { exact: true }).fill('fresh-secret');
  await login.getByRole('button', { name: 'Log in', exact: true }).click();
  await eventually('a login says that it is about to go', () =>
    login.getByText('it is about to be deleted').isVisible(),
  );
  await login.getByRole('button', { name: 'Keep my account' }).click();
  await eventually('and keeps it', async () => (await page.locator('aside .join').count()) === 0);
  await page.context().close();
}
