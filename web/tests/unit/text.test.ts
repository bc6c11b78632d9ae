// What people read: catalogues, numbers, times.
// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { agentName } from '../../src/lib/agent';
import { ago, bytes, clock, compact, day, minutes, moment } from '../../src/lib/format';
import en from '../../src/locales/en.json';
import zh from '../../src/locales/zh-CN.json';

const HOUR = 3_600_000;

test('all_catalogues_have_the_same_keys_and_placeholders', () => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((found) => found[0]).sort();
  for (const key of Object.keys(en) as (keyof typeof en)[]) expect(holes(zh[key]), key).toEqual(holes(en[key]));
});

test('numbers_are_as_short_as_people_write_them', () => {
  expect([0, 999, 1000, 18432, 1_250_000].map((n) => compact(n, 'en'))).toEqual(['0', '999', '1K', '18.4K', '1.3M']);
  expect([9999, 18432].map((n) => compact(n, 'zh-CN'))).toEqual(['9999', '1.8万']);
});

test('a_clock_never_shows_what_is_no_time', () => {
  expect([65.9, 0, -3, Number.NaN, Infinity].map(clock)).toEqual(['1:05', '0:00', '0:00', '0:00', '0:00']);
});

test('ages_and_days_read_naturally_in_both_languages', () => {
  expect(ago(0, 'en', 3 * HOUR)).toBe('3 hr. ago');
  expect(ago(0, 'zh-CN', 24 * HOUR)).toBe('昨天');
  expect(day('02-29', 'en')).toBe('Feb 29');
  expect(day('11-05', 'zh-CN')).toBe('11月5日');
  expect(day('', 'en')).toBe('');
});

test('a_moment_of_today_is_a_time_and_an_earlier_one_has_its_day', () => {
  const noon = new Date(2026, 3, 5, 12, 0).getTime();
  expect(moment(noon, 'en', noon + HOUR)).not.toContain('Apr');
  expect(moment(noon, 'en', noon + 24 * HOUR)).toContain('Apr 5');
});

test('a_limit_is_said_in_the_units_in_which_it_was_set', () => {
  expect(bytes(200 * 1024 * 1024, 'en')).toBe('200 MB');
  expect(bytes(1536, 'en')).toBe('1.5 kB');
  expect(minutes(600, 'en')).toBe('10 minutes');
  expect(minutes(90, 'en')).toBe('90 seconds');
});

test('a_session_is_named_by_browser_and_system', () => {
  expect(agentName('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36')).toBe(
    'Chrome · Linux',
  );
  expect(agentName('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1')).toBe(
    'Safari · iOS',
  );
  expect(agentName('curl/8')).toBe('curl/8');
});
