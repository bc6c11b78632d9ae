// Who is logged in on this page.
// SPDX-License-Identifier: Apache-2.0
import { api } from './api';
import type { Key } from './i18n.svelte';
import type { User } from './types';
import { ui } from './ui.svelte';

class Session {
  user = $state.raw<User | null>(null);
  unread = $state(0);
  known = $state(false);

  async load() {
    try {
      const me = await api.me();
      this.user = me.user;
      this.unread = me.unread;
    } catch {
      this.user = null;
    }
    this.known = true;
  }

  async enter(kind: 'login' | 'register', username: string, password: string) {
    this.user = (await api[kind](username, password)).user;
    void this.load();
  }

  async leave() {
    await api.logout();
    this.user = null;
    this.unread = 0;
  }

  /** Runs the action now, or after a login that returns to exactly this point. */
  need(why: Key, action: () => void, params: Record<string, string> = {}) {
    if (this.user) action();
    else ui.askLogin(why, action, params);
  }
}

export const session = new Session();
