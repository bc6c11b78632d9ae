/* What floats above every screen: toasts, the login dialog and what to do once it succeeds. */
// SPDX-License-Identifier: Apache-2.0
import { t, type Key } from './i18n.svelte';

export interface Toast {
  id: number;
  text: string;
}

class Ui {
  toasts = $state<Toast[]>([]);
  login = $state<{ why: string; then?: () => void } | null>(null);
  help = $state(false);
  online = $state(navigator.onLine);
  #next = 1;

  constructor() {
    addEventListener('online', () => (this.online = true));
    addEventListener('offline', () => (this.online = false));
  }

  toast(text: string, ms = 3200) {
    const id = this.#next++;
    this.toasts.push({ id, text });
    setTimeout(() => (this.toasts = this.toasts.filter((one) => one.id !== id)), ms);
  }

  askLogin(why: Key, then?: () => void, params: Record<string, string> = {}) {
    this.login = { why: t(why, params), then };
  }
}

export const ui = new Ui();
