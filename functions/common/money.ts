/** An amount as people write it, such as `12.50 USD`. Where no currency is known, the minor units alone. */
export function amountText(minorUnits: number, currency: string | undefined): string {
  if (currency === undefined) {
    return String(minorUnits);
  }
  const digits = digitsOf(currency);
  return `${(minorUnits / 10 ** digits).toFixed(digits)} ${currency}`;
}

/** The opposite of {@link amountText}, without its currency: minor units, or undefined for a text that is no such amount. */
export function minorUnitsOf(text: string, currency: string): number | undefined {
  const digits = digitsOf(currency);
  const [, whole, part = ''] = /^(\d{1,12})(?:\.(\d+))?$/.exec(text) ?? [];
  return whole === undefined || part.length > digits ? undefined : Number(whole + part.padEnd(digits, '0'));
}

/** Decimals of a currency's main unit: 2 for USD, 0 for JPY. */
function digitsOf(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}
