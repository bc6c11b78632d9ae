/* Two catalogues with the same keys (a test compares them); the second is fetched only when chosen. */
// SPDX-License-Identifier: Apache-2.0
import en from '../locales/en.json';
import { compact, ago } from './format';

export type Key = keyof typeof en;
export type Locale = 'en' | 'zh-CN';
type Catalogue = Record<Key, string>;

const loaders: Record<Locale, () => Promise<Catalogue>> = {
  en: async () => en,
  'zh-CN': async () => (await import('../locales/zh-CN.json')).default,
};

class I18n {
  locale = $state<Locale>('en');
  #catalogue = $state.raw<Catalogue>(en);

  async use(locale: Locale) {
    this.#catalogue = await loaders[locale]();
    this.locale = locale;
    document.documentElement.lang = locale;
    localStorage.setItem('duan.locale', locale);
  }

  init() {
    const wanted = localStorage.getItem('duan.locale') ?? navigator.language;
    return wanted.toLowerCase().startsWith('zh') ? this.use('zh-CN') : Promise.resolve();
  }

  t = (key: Key, params: Record<string, string | number> = {}): string =>
    this.#catalogue[key].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));

  /** Picks key.one or key.other by the language's own plural rule. */
  plural = (key: 'comments.title', n: number): string => {
    const rule = new Intl.PluralRules(this.locale).select(n) === 'one' ? 'one' : 'other';
    return this.t(`${key}.${rule}`, { n: this.n(n) });
  };

  n = (n: number): string => compact(n, this.locale);
  ago = (ms: number): string => ago(ms, this.locale);
}

export const i18n = new I18n();
export const t = i18n.t;
