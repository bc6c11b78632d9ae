// People as this page knows them: one follow state each, whoever shows it.
// SPDX-License-Identifier: Apache-2.0
import { api } from './api';
import { changes } from './changes.svelte';
import { session } from './session.svelte';
import { Toggle } from './toggle.svelte';
import type { User } from './types';
import { ui } from './ui.svelte';
import { words } from './words';

/* Identity caches, never rendered themselves: making a reactive map's entry while rendering would be refused. */
const follows = new Map<number, Toggle>();

export function followOf(user: User): Toggle {
  let toggle = follows.get(user.id);
  if (!toggle) {
    toggle = new Toggle(
      user.is_follow,
      (on) => api.follow(user.id, on).then(() => changes.follows++),
      () => {},
      (error) => ui.toast(words(error)),
    );
    follows.set(user.id, toggle);
  }
  return toggle;
}

/** What a fresh reply says of someone replaces what an older one said. */
export function syncFollow(user: User, asked?: number) {
  followOf(user).sync(user.is_follow, asked);
}

export function toggleFollow(user: User) {
  const toggle = followOf(user);
  session.need('login.why.follow', () => toggle.set(!toggle.on), { name: user.name });
}

/** The count as it is with what was pressed here since it was fetched. */
export function followersOf(user: User): number {
  const on = followOf(user).on;
  return user.follower_count + (on === user.is_follow ? 0 : on ? 1 : -1);
}
