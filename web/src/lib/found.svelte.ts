// What the last search has found: people, and a list of videos that grows like any other.
// SPDX-License-Identifier: Apache-2.0
import { api, type Cursor, type VideoPage } from './api';
import { syncFollow } from './people.svelte';
import { register, Source } from './source.svelte';
import type { User } from './types';

export class Found {
  users = $state.raw<User[]>([]);
  readonly videos: Source;

  constructor(readonly words: string) {
    this.videos = new Source(`q:${words}`, (cursor) => this.#page(cursor));
  }

  /** People come with the first page; below them it is videos alone that go on. */
  async #page(cursor: Cursor): Promise<VideoPage> {
    const asked = performance.now();
    const reply = await api.search(this.words, cursor === undefined ? undefined : 'video', cursor);
    for (const user of reply.users) syncFollow(user, asked);
    if (cursor === undefined) this.users = reply.users;
    return { video_list: reply.videos, next: reply.cursor };
  }
}

let last: Found | undefined;

/** The last one again if it is of these words: Back finds it as it was. */
export const foundBefore = (words: string) => (last?.words === words ? last : undefined);

export function keepFound(found: Found) {
  last = found;
  register('search', found.videos);
}
