/* Choices kept on this device. */
// SPDX-License-Identifier: Apache-2.0
type Theme = 'dark' | 'light' | 'auto';

function read<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(`duan.${key}`);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

class Prefs {
  /** Every page starts muted: browsers refuse sound before a gesture. The wish is remembered. */
  muted = $state(true);
  volume = $state(read('volume', 1));
  rate = $state(1);
  autoscroll = $state(read('autoscroll', false));
  captions = $state(read('captions', true));
  theme = $state<Theme>(read('theme', 'dark'));
  readonly reducedMotion = matchMedia('(prefers-reduced-motion: reduce)').matches;
  readonly wantsSound = read('sound', false);

  save(key: 'volume' | 'autoscroll' | 'captions' | 'theme', value: unknown) {
    localStorage.setItem(`duan.${key}`, JSON.stringify(value));
  }

  setMuted(muted: boolean) {
    this.muted = muted;
    localStorage.setItem('duan.sound', JSON.stringify(!muted));
  }

  setTheme(theme: Theme) {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    this.save('theme', theme);
  }
}

export const prefs = new Prefs();
