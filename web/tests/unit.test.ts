// What the client does without a browser.
// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { ago, bytes, clock, compact } from '../src/lib/format';
import en from '../src/locales/en.json';
import zh from '../src/locales/zh-CN.json';

test('both catalogues have the same keys and the same placeholders', () => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();
  for (const key of Object.keys(en) as (keyof typeof en)[]) expect(holes(zh[key]), key).toEqual(holes(en[key]));
});

test('numbers, times and sizes read naturally in both languages', () => {
  expect(compact(999, 'en')).toBe('999');
  expect(compact(18432, 'en')).toBe('18.4K');
  expect(compact(18432, 'zh-CN')).toBe('1.8万');
  expect(compact(9999, 'zh-CN')).toBe('9999');
  expect(clock(65.9)).toBe('1:05');
  expect(clock(Number.NaN)).toBe('0:00');
  expect(ago(0, 'en', 3 * 3_600_000)).toBe('3 hr. ago');
  expect(ago(0, 'zh-CN', 86_400_000)).toBe('昨天');
  expect(bytes(33_300_000, 'en')).toBe('33.3 MB');
});
