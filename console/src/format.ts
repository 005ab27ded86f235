import type { Amount } from './api/answers.ts';

/** Money in the reader's notation, such as €12.50. */
export function money({ value, currency = 'USD' }: Amount): string {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
  return format.format(value / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** The beginning of an order's id: enough for people to tell orders apart. */
export function shortId(orderId: string): string {
  return orderId.slice(0, 8);
}
