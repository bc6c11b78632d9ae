// Choices kept on this device, and with the account of whoever is logged in.
// SPDX-License-Identifier: Apache-2.0
import type { Settings } from './types';

export const THEMES = ['dark', 'light', 'auto'] as const;
export type Theme = (typeof THEMES)[number];

function read<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(`duan.${key}`);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}
const write = (key: string, value: unknown) => localStorage.setItem(`duan.${key}`, JSON.stringify(value));
const motion = matchMedia('(prefers-reduced-motion: reduce)');

class Prefs {
  /** Every page starts silent, because browsers refuse sound before a gesture; the wish for it is kept. */
  muted = $state(true);
  wantsSound = read('sound', false);
  volume = $state(read('volume', 1));
  rate = $state(1);
  autoscroll = $state(read('autoscroll', false));
  captions = $state(read('captions', true));
  theme = $state<Theme>(read<Theme>('theme', 'auto'));
  /** Told of what should follow the person to other devices. */
  changed: (settings: Settings) => void = () => {};

  get reducedMotion() {
    return motion.matches;
  }

  setMuted(muted: boolean) {
    if (!muted && this.volume === 0) this.volume = 0.5; // sound that is asked for is heard
    this.muted = muted;
    this.wantsSound = !muted;
    write('sound', !muted);
  }

  setVolume(volume: number) {
    this.volume = volume;
    write('volume', volume);
    this.setMuted(volume === 0);
  }

  setTheme(theme: Theme, tell = true) {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    write('theme', theme);
    if (tell) this.changed({ theme });
  }

  set(key: 'autoscroll' | 'captions', on: boolean, tell = true) {
    this[key] = on;
    write(key, on);
    if (tell) this.changed({ [key]: on });
  }
}

export const prefs = new Prefs();

/** True where data is dear: nothing is loaded ahead, and the lowest rung is played. */
export function saveData(): boolean {
  const link = (navigator as Navigator & { connection?: { saveData?: boolean } }).connection;
  return link?.saveData === true || matchMedia('(prefers-reduced-data: reduce)').matches;
}
