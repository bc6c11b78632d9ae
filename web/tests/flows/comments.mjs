// Comments: written, refused, taken away, by their writer and by the author of the video.
// SPDX-License-Identifier: Apache-2.0
import { axe, BASE, check, elements, eventually, newcomer, open, plays, post } from './harness.mjs';

const lines = (page) => page.locator('section.panel li');

export async function comments(world) {
  const { videos } = world;
  const page = await open();
  await newcomer(page);
  await page.goto(`${BASE}/v/${videos[0]}`);
  await plays(page, 1);
  await page.keyboard.press('c');
  await page.getByText('No comments yet').waitFor();
  check(
    'the video plays on beside the comments',
    (await elements(page)).some((one) => one.playing),
  );
  await axe(page, 'no comments');
  const field = page.getByRole('textbox', { name: 'Add a comment…' });
  await field.fill('From the flows');
  await field.evaluate((node) => {
    const composed = { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true };
    node.dispatchEvent(new KeyboardEvent('keydown', composed));
  });
  check('the Enter that ends a composition does not send', (await field.inputValue()) === 'From the flows');
  await field.press('Enter');
  await eventually('a comment is on top at once', async () =>
    (await lines(page).first().innerText()).includes('From the flows'),
  );
  await eventually('and can be deleted once the server has it', () =>
    lines(page).first().getByRole('button', { name: 'Delete' }).isVisible(),
  );
  check('the count has gone up', await page.getByRole('heading', { name: '1 comment' }).isVisible());
  await axe(page, 'comments');

  await page.route('**/comment/action/**', (route) =>
    route.fulfill({ json: { status_code: 10013, status_msg: 'the text is refused' } }),
  );
  await field.fill('Not this one');
  await field.press('Enter');
  await eventually('a refused comment puts the text back', async () => (await field.inputValue()) === 'Not this one');
  check('and leaves the list', (await lines(page).count()) === 1);
  await page.unroute('**/comment/action/**');
  await lines(page).first().getByRole('button', { name: 'Delete' }).click();
  await eventually("one's own comment can be deleted", async () => (await lines(page).count()) === 0);
  await page.keyboard.press('Escape');
  await page
    .locator('section.panel')
    .focus()
    .catch(() => {});
  await page.keyboard.press('Escape');
  await eventually('Escape closes the comments', async () => (await page.locator('section.panel').count()) === 0);

  await post(page, '/douyin/comment/action/', { video_id: videos[0], action_type: 1, comment_text: 'To the author' });
  const author = await world.asAuthor();
  await author.goto(`${BASE}/v/${videos[0]}`);
  await plays(author, 1);
  await author.keyboard.press('c');
  await lines(author).first().getByRole('button', { name: 'Delete' }).click();
  await eventually('the author deletes what others wrote below', async () => (await lines(author).count()) === 0);
  await author.goBack();
  await eventually('Back closes the comments', async () => (await author.locator('section.panel').count()) === 0);
  check('and stays with the video', author.url().endsWith(`/v/${videos[0]}`));
  await page.context().close();
  await author.context().close();
}
