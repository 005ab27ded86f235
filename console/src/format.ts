import type { Amount } from './api/answers.ts';

/** Money in the reader's notation, such as €12.50. */
export function money({ value, currency = 'USD' }: Amount): string {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
  return format.format(value / 10 ** digitsOf(currency));
}

/**
 * The minor units of an amount as people write it, such as 12.50 or 12,50. Undefined for any other text, thousands with a
 * separator included: nobody can tell them from decimals.
 */
export function minorUnitsOf(text: string, currency = 'USD'): number | undefined {
  const digits = digitsOf(currency);
  const [, whole, part = ''] = /^(\d{1,12})(?:[.,](\d+))?$/.exec(text.trim()) ?? [];
  return whole === undefined || part.length > digits ? undefined : Number(whole + part.padEnd(digits, '0'));
}

/** Decimals of a currency's main unit: 2 for USD, 0 for JPY. */
function digitsOf(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** The beginning of an order's id: enough for people to tell orders apart. */
export function shortId(orderId: string): string {
  return orderId.slice(0, 8);
}
