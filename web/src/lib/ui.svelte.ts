// What floats above every screen: short words, questions, the login dialog and what happens once it succeeds.
// SPDX-License-Identifier: Apache-2.0
import { t, type Key } from './i18n.svelte';

export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}
export interface Question {
  title: string;
  text: string;
  action: string;
  answer: (yes: boolean) => void;
}

const READ_MS = 3400;
const READ_WITH_ACTION_MS = 7000;
const BEGIN_MS = 3000;
const TOASTS_MAX = 3;

class Ui {
  toasts = $state<Toast[]>([]);
  login = $state.raw<{ why: string; then?: () => void } | null>(null);
  question = $state.raw<Question | null>(null);
  help = $state(false);
  online = $state(navigator.onLine);
  /** How far the upload of this tab is, in percent; null when there is none. */
  upload = $state<number | null>(null);
  /** The first video moves, or has had its chance: what may come later is fetched now. */
  begun = $state(false);
  #next = 1;

  constructor() {
    setTimeout(() => (this.begun = true), BEGIN_MS);
    addEventListener('online', () => (this.online = true));
    addEventListener('offline', () => (this.online = false));
  }

  toast(text: string, action?: Toast['action']) {
    const id = this.#next++;
    this.toasts = [...this.toasts, { id, text, action }].slice(-TOASTS_MAX);
    setTimeout(() => this.untoast(id), action ? READ_WITH_ACTION_MS : READ_MS);
  }

  untoast(id: number) {
    this.toasts = this.toasts.filter((one) => one.id !== id);
  }

  askLogin(why: Key, then?: () => void, params: Record<string, string> = {}) {
    this.login = { why: t(why, params), then };
  }

  /** True when the person says yes; anything else is no. */
  confirm(title: string, text: string, action: string): Promise<boolean> {
    return new Promise((answer) => {
      this.question = { title, text, action, answer };
    });
  }
}

export const ui = new Ui();
