// Numbers and times the way a reader of that language writes them, by Intl alone.
// SPDX-License-Identifier: Apache-2.0

export function compact(n: number, locale: string): string {
  const small = n < (locale.startsWith('zh') ? 10_000 : 1000);
  return new Intl.NumberFormat(
    locale,
    small ? { useGrouping: false } : { notation: 'compact', maximumFractionDigits: 1 },
  ).format(n);
}

export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return '0:00';
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

export function ago(ms: number, locale: string, now = Date.now()): string {
  const seconds = Math.round((now - ms) / 1000);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  for (const [unit, size] of STEPS) if (seconds >= size) return format.format(-Math.floor(seconds / size), unit);
  return format.format(0, 'second');
}

/** A comment's MM-DD; the year is a leap year so that the 29th of February is a day. */
export function day(monthDay: string, locale: string): string {
  const [month, date] = monthDay.split('-').map(Number);
  if (!month || !date) return monthDay;
  return new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' }).format(new Date(2024, month - 1, date));
}

/** A day that is not this one: with its year. */
export const date = (ms: number, locale: string) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(ms);

/** A moment in a conversation: the time today, the day with it before. */
export function moment(ms: number, locale: string, now = Date.now()): string {
  const sameDay = new Date(ms).toDateString() === new Date(now).toDateString();
  const time: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit' };
  return new Intl.DateTimeFormat(locale, sameDay ? time : { month: 'short', day: 'numeric', ...time }).format(ms);
}

const UNITS = ['kilobyte', 'megabyte', 'gigabyte'] as const;

/** In steps of 1024, which is how limits are set: 200 MB is said of a limit of 200 MiB. */
export function bytes(n: number, locale: string): string {
  const power = n >= 1024 ** 3 ? 3 : n >= 1024 ** 2 ? 2 : 1;
  const unit = UNITS[power - 1]!;
  return new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 }).format(n / 1024 ** power);
}

export function minutes(seconds: number, locale: string): string {
  const unit = seconds >= 120 ? 'minute' : 'second';
  const n = unit === 'minute' ? Math.floor(seconds / 60) : seconds;
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(n);
}
