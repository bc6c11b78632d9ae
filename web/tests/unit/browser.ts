// The few things of a browser that the client's logic touches, so that it runs without one.
// SPDX-License-Identifier: Apache-2.0
const kept = new Map<string, string>();
const nothing = () => {};
const globals = {
  localStorage: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  },
  matchMedia: () => ({ matches: false }),
  document: { addEventListener: nothing, documentElement: { dataset: {} }, visibilityState: 'visible' },
  location: { pathname: '/', search: '', href: 'http://duan.test/', origin: 'http://duan.test', assign: nothing },
  history: { state: null, pushState: nothing, replaceState: nothing, go: nothing },
  navigator: { onLine: true, language: 'en' },
  addEventListener: nothing,
  window: globalThis,
};
for (const [name, value] of Object.entries(globals))
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
