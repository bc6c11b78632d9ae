// Whom and what a flow finds: somebody with videos to swipe through, made once for all flows, and friends made for each.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { clip, enter, follow, newcomer, open, processed, publish } from './harness.mjs';

const VIDEOS = 9;
const KINDS = 3;

/** The author of `videos`, the newest first. Of WORLD, a file, if it is there; else it is made, and kept there. */
async function author() {
  const kept = process.env.WORLD;
  try {
    return JSON.parse(readFileSync(kept, 'utf8'));
  } catch {
    const page = await open();
    const made = { authorUser: await newcomer(page), videos: [] };
    const files = await Promise.all(Array.from({ length: KINDS }, (_, kind) => clip(kind)));
    for (let at = 0; at < VIDEOS; at++)
      made.videos.unshift(await publish(page, files[at % KINDS], `Clip ${VIDEOS - at} of the flows`));
    for (const id of made.videos) await processed(page, id);
    await page.context().close();
    if (kept) writeFileSync(kept, JSON.stringify(made));
    return made;
  }
}

export async function world() {
  const made = await author();
  return {
    ...made,
    /** A page on which the author is logged in. */
    async asAuthor() {
      const page = await open();
      await enter(page, made.authorUser.name);
      return page;
    },
    /** Somebody new, and the author: they follow each other. */
    async asFriends() {
      const [author, friend] = [await this.asAuthor(), await open()];
      const friendUser = await newcomer(friend);
      await follow(author, friendUser.id);
      await follow(friend, made.authorUser.id);
      return { author, friend, friendUser };
    },
  };
}
