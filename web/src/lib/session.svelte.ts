// Who is logged in on this page, and what the server allows and keeps for them.
// SPDX-License-Identifier: Apache-2.0
import { api } from './api';
import { ApiError, sessionEnd } from './http';
import { i18n, type Key, type Locale, LANGUAGES } from './i18n.svelte';
import { prefs, THEMES, type Theme } from './prefs.svelte';
import type { Limits, Settings, Unread, User } from './types';
import { ui } from './ui.svelte';
import { memory } from './upload-memory';

const ASK_AGAIN_MS = 4000;
const NONE: Unread = { messages: 0, notifications: 0 };
/** Until the server has said what it allows. */
const LIMITS: Limits = { upload_bytes: 200 * 1024 * 1024, upload_seconds: 600, caption: 200, comment: 500 };

class Session {
  user = $state.raw<User | null>(null);
  unread = $state.raw<Unread>(NONE);
  limits = $state.raw<Limits>(LIMITS);
  known = $state(false);
  #before = 0;

  constructor() {
    sessionEnd.heard = () => {
      if (this.user) this.#ended();
    };
    prefs.changed = (settings) => {
      if (this.user) void api.saveSettings(settings).catch(() => {}); // it stays on this device at least
    };
  }

  async load() {
    try {
      const me = await api.me();
      this.user = me.user;
      if (me.user) this.#before = me.user.id;
      this.unread = me.unread ?? NONE;
      this.limits = { ...LIMITS, ...me.limits };
      if (me.user && me.settings) await this.#apply(me.settings);
    } catch (error) {
      // Nobody has said that this is a stranger: asked again until somebody answers.
      if (error instanceof ApiError && error.offline) return void setTimeout(() => void this.load(), ASK_AGAIN_MS);
    }
    this.known = true;
  }

  /** The stream of events was refused: because the session is over, perhaps. */
  async check() {
    const me = await api.me().catch(() => null);
    if (me && !me.user && this.user) this.#ended();
  }

  #ended() {
    this.user = null;
    this.unread = NONE;
    ui.askLogin('login.why.ended');
  }

  async refreshUnread() {
    await api.me().then(
      (me) => (this.unread = me.unread ?? NONE),
      () => {},
    );
  }

  async enter(kind: 'login' | 'register', username: string, password: string, undo?: 1) {
    const { user } = await api[kind](username, password, undo);
    // What is on the page was made for somebody else: likes, follows, lists.
    if (this.#before && this.#before !== user.id) return location.assign('/');
    this.#before = user.id;
    this.user = user;
    this.known = true;
    void this.load();
  }

  async leave() {
    await api.logout();
    memory.forget();
    location.assign('/');
  }

  async setLanguage(locale: Locale) {
    await i18n.use(locale);
    prefs.changed({ language: locale });
  }

  /** Runs the action now, or after a login that returns to exactly this point. */
  need(why: Key, action: () => void, params: Record<string, string> = {}) {
    if (this.user) action();
    else ui.askLogin(why, action, params);
  }

  async #apply(settings: Settings) {
    if (THEMES.includes(settings.theme as Theme)) prefs.setTheme(settings.theme as Theme, false);
    if (settings.captions !== undefined) prefs.set('captions', settings.captions, false);
    if (settings.autoscroll !== undefined) prefs.set('autoscroll', settings.autoscroll, false);
    const language = settings.language as Locale;
    if (language in LANGUAGES && language !== i18n.locale) await i18n.use(language);
  }
}

export const session = new Session();
