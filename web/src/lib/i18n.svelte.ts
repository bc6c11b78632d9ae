// Text in the reader's language: catalogues with equal keys, of which only English is in the first load.
// SPDX-License-Identifier: Apache-2.0
import en from '../locales/en.json';
import { ago, compact, day, moment } from './format';

export type Key = keyof typeof en;
export type Locale = 'en' | 'zh-CN';
type Catalogue = Record<Key, string>;
type PluralKey = { [K in Key]: K extends `${infer P}.other` ? P : never }[Key];

export const LANGUAGES: Record<Locale, string> = { en: 'English', 'zh-CN': '简体中文' };
const loaders: Record<Locale, () => Promise<Catalogue>> = {
  en: async () => en,
  'zh-CN': async () => (await import('../locales/zh-CN.json')).default,
};

export const hasKey = (key: string): key is Key => key in en;

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
    return wanted.toLowerCase().startsWith('zh') ? this.use('zh-CN').catch(() => {}) : Promise.resolve();
  }

  t = (key: Key, params: Record<string, string | number> = {}): string =>
    this.#catalogue[key].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));

  /** Picks key.one or key.other by the language's own rule. */
  plural = (key: PluralKey, n: number, params: Record<string, string | number> = {}): string => {
    const rule = new Intl.PluralRules(this.locale).select(n) === 'one' ? 'one' : 'other';
    return this.t(`${key}.${rule}` as Key, { n: this.n(n), ...params });
  };

  n = (n: number): string => compact(n, this.locale);
  ago = (ms: number): string => ago(ms, this.locale);
  day = (monthDay: string): string => day(monthDay, this.locale);
  moment = (ms: number): string => moment(ms, this.locale);
}

export const i18n = new I18n();
export const t = i18n.t;
