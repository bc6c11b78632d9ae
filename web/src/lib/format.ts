/* Numbers and times the way a reader of that language writes them, by Intl alone. */
// SPDX-License-Identifier: Apache-2.0
export function compact(n: number, locale: string): string {
  return n < 10_000 && !locale.startsWith('zh')
    ? new Intl.NumberFormat(locale, n < 1000 ? {} : { notation: 'compact', maximumFractionDigits: 1 }).format(n)
    : new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(n);
}

export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return '0:00';
  const s = Math.max(0, Math.floor(seconds));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
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
  const rtf = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  for (const [unit, size] of STEPS) if (seconds >= size) return rtf.format(-Math.floor(seconds / size), unit);
  return rtf.format(0, 'second');
}

export function bytes(n: number, locale: string): string {
  const unit = n >= 1e9 ? 'gigabyte' : n >= 1e6 ? 'megabyte' : 'kilobyte';
  const size = n >= 1e9 ? n / 1e9 : n >= 1e6 ? n / 1e6 : n / 1e3;
  return new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 }).format(size);
}
