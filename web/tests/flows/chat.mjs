// Two browsers talk; the inbox tells what happened.
// SPDX-License-Identifier: Apache-2.0
import { axe, BASE, check, eventually, get, newcomer, open, OWN, post } from './harness.mjs';

async function write(page, text) {
  const field = page.getByRole('textbox', { name: 'Write a message…' });
  await field.fill(text);
  await field.press('Enter');
}

/** Opens a page and waits until it hears the server: the stream opens a moment after the page. */
async function openListening(page, path) {
  const heard = page.waitForResponse((reply) => reply.url().endsWith('/api/v1/events'));
  await page.goto(BASE + path);
  await heard;
}

/** Who follows nobody writes from a profile; both find the conversation again. */
async function strangersTalk() {
  const [writer, reader] = [await open(), await open()];
  await newcomer(writer);
  const { id } = await newcomer(reader);
  await writer.goto(`${BASE}/u/${id}`);
  await writer.getByRole('button', { name: 'Message' }).click();
  await write(writer, 'We have never met');
  await eventually('a conversation with a stranger is in the list', () =>
    writer.locator('.people').getByText('We have never met').isVisible(),
  );
  await reader.goto(`${BASE}/messages`);
  const fresh = reader.locator('.people li.fresh');
  await fresh.filter({ hasText: 'We have never met' }).click();
  check('a message of a stranger is found, and marked as new', reader.url().includes('/messages/'));
  await eventually('once it was opened it is not new', async () => (await fresh.count()) === 0);
  await eventually(
    'nor is it counted',
    async () => (await reader.locator('aside a[href="/messages"] .badge').count()) === 0,
  );
  await writer.context().close();
  await reader.context().close();
}

export async function chat(world) {
  const { authorUser, videos } = world;
  const { author, friend, friendUser } = await world.asFriends();
  await Promise.all([
    openListening(author, `/messages/${friendUser.id}`),
    openListening(friend, `/messages/${authorUser.id}`),
  ]);
  const last = (page) => page.locator('.say').last();
  await friend.getByText('Say hello').first().waitFor();
  await author.getByText('Say hello').first().waitFor();
  await write(author, 'Are you there?');
  await eventually(
    "one's own line is there at once",
    async () => (await last(author).innerText()) === 'Are you there?',
  );
  await eventually(
    'it arrives in the other browser without reloading',
    async () => (await last(friend).innerText()) === 'Are you there?',
  );
  await write(friend, 'I am 👋');
  await eventually('and so does the answer', async () => (await last(author).innerText()) === 'I am 👋');
  await eventually('each line is there once', async () => (await author.locator('.say').count()) === 2);
  await axe(author, 'conversation');

  await author.route('**/message/action/**', (route) => route.abort('connectionfailed'));
  await write(author, 'Lost on the way');
  await eventually('a line that was not sent says so', () => author.getByText('Not sent.').isVisible());
  await author.unroute('**/message/action/**');
  await author.locator('.failed').getByRole('button', { name: 'Try again' }).click();
  await eventually('and is sent again', async () => (await last(friend).innerText()) === 'Lost on the way');

  const badge = friend.locator('aside a[href="/messages"] .badge');
  await friend.evaluate(() =>
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true }),
  );
  await write(author, 'While you are away');
  await eventually('what comes while the tab is hidden is counted', () => badge.isVisible());
  await friend.evaluate(() => {
    delete document.visibilityState;
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await eventually('and is read once one looks again', () => badge.isHidden());

  await openListening(friend, '/messages');
  await friend.getByText('While you are away').waitFor();
  await axe(friend, 'messages');
  await write(author, 'One more');
  await eventually('unread messages are counted in the navigation', () => badge.isVisible());
  await eventually('the list of friends has the new line', () =>
    friend.locator('.people').getByText('One more').isVisible(),
  );

  // What others did before, in other runs, would be told together with what happens now.
  const { list } = await get(author, '/api/v1/notifications');
  if (list.length) await post(author, '/api/v1/notifications/read', { up_to: list[0].at });
  await post(friend, '/douyin/favorite/action/', { video_id: videos[6], action_type: 1 });
  await post(friend, '/douyin/comment/action/', { video_id: videos[6], action_type: 1, comment_text: 'For the inbox' });
  await author.goto(`${BASE}/inbox`);
  await author.getByText(`${friendUser.name} commented`).first().waitFor();
  check(
    'the inbox tells of comments and likes',
    await author.getByText(`${friendUser.name} liked your video`).first().isVisible(),
  );
  await axe(author, 'inbox');
  await author.getByText('For the inbox').click();
  await eventually('and leads to the video', () => author.url().endsWith(`/v/${videos[6]}`));
  await eventually('what was seen is no longer new', async () => {
    const { unread } = await (await author.request.get(`${BASE}/api/v1/me`, { headers: OWN })).json();
    return unread.notifications === 0;
  });
  await strangersTalk();
  await author.context().close();
  await friend.context().close();
  await upAndBack(world);
}

/** On a phone a conversation fills the screen; its chevron and Back lead out of it, whichever comes first. */
async function upAndBack(world) {
  const { author, friend, friendUser } = await world.asFriends();
  await friend.context().close();
  await author.setViewportSize({ width: 390, height: 844 });
  const chevron = author.locator('.thread .back');
  const at = (path) => () => author.url() === BASE + path;
  await author.goto(`${BASE}/settings`);
  await author.locator('nav a[href="/inbox"]:visible').click();
  await author.locator('a[href="/messages"]:visible').first().click();
  await author.locator(`a[href="/messages/${friendUser.id}"]`).click();
  await chevron.click();
  await eventually('the chevron leads to all conversations', at('/messages'));
  await author.goBack();
  await eventually('and Back from there to where one was before them', at('/inbox'));

  await author.goto(`${BASE}/messages/${friendUser.id}`);
  await chevron.click();
  await eventually('so it does where the conversation was opened by its address', at('/messages'));
  await author.goBack();
  await eventually('and Back does not lead into it again', at('/inbox'));
  await author.context().close();
}
