// Who is logged in on this page, and what the server allows and keeps for them.
// SPDX-License-Identifier: Apache-2.0
import { api } from './api';
import { sessionEnd } from './http';
import { i18n, type Key, type Locale, LANGUAGES } from './i18n.svelte';
import { prefs, THEMES, type Theme } from './prefs.svelte';
import type { Limits, Me, Settings, Unread, User } from './types';
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
  /** Shows what is on the screen as whoever has just logged in has it, before what they wanted is done to it. */
  entered: () => Promise<unknown> = () => Promise.resolve();
  #before = 0;
  #logins = 0;
  /** Tells the other tabs that their cookie has changed. */
  #tabs = new BroadcastChannel('duan.session');

  constructor() {
    sessionEnd.heard = () => {
      if (this.user) this.#ended();
    };
    this.#tabs.onmessage = () => void this.check();
    document.addEventListener('visibilitychange', () => {
      if (this.known && document.visibilityState === 'visible') void this.check();
    });
    prefs.changed = (settings) => {
      if (this.user) void api.saveSettings(settings).catch(() => {}); // it stays on this device at least
    };
  }

  /** The server's word on who this is; a question from before a login is asked again. */
  async #ask(): Promise<Me> {
    const logins = this.#logins;
    const me = await api.me();
    return logins === this.#logins ? me : this.#ask();
  }

  /** True if this page was made for somebody else: whoever is meant now begins with a page of their own. */
  #changed(me: Me): boolean {
    if (!this.known || !me.user || me.user.id === this.user?.id) return false;
    location.reload();
    return true;
  }

  async load() {
    const me = await this.#ask().catch(() => null);
    // Nobody has said that this is a stranger: asked again until somebody answers.
    if (!me) return void setTimeout(() => void this.load(), ASK_AGAIN_MS);
    if (this.#changed(me)) return;
    this.user = me.user;
    if (me.user) this.#before = me.user.id;
    this.unread = me.unread ?? NONE;
    this.limits = { ...LIMITS, ...me.limits };
    if (me.user && me.settings) await this.#apply(me.settings).catch(() => {}); // its language may be out of reach
    this.known = true;
  }

  /** The session may be over, or another tab's: the stream of events was refused, say, or one comes back to this tab. */
  async check() {
    const me = await this.#ask().catch(() => null);
    if (me && !this.#changed(me) && !me.user && this.user) this.#ended();
  }

  #ended() {
    this.user = null;
    this.unread = NONE;
    ui.askLogin('login.why.ended');
  }

  async refreshUnread() {
    const me = await this.#ask().catch(() => null);
    if (me && !this.#changed(me)) this.unread = me.unread ?? NONE;
  }

  async enter(kind: 'login' | 'register', username: string, password: string, undo?: 1) {
    const { user } = await api[kind](username, password, undo);
    this.#logins++;
    this.#tabs.postMessage(null);
    // What is on the page was made for somebody else: likes, follows, lists.
    if (this.#before && this.#before !== user.id) return location.assign('/');
    this.#before = user.id;
    this.user = user;
    this.known = true;
    void this.load();
    await this.entered();
  }

  async leave() {
    await api.logout();
    this.#tabs.postMessage(null);
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
