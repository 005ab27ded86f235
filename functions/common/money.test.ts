import { expect, test } from '@jest/globals';
import { amountText, minorUnitsOf } from './money.ts';

test.each([
  [1_250, 'USD', '12.50 USD'],
  [5, 'EUR', '0.05 EUR'],
  [1_250, 'JPY', '1250 JPY'],
  [1_250, 'KWD', '1.250 KWD'],
  [1_250, undefined, '1250'],
])('%i minor units of %s are written %s', (minorUnits, currency, text) => {
  expect(amountText(minorUnits, currency)).toBe(text);
});

test.each([
  ['12.50', 'USD', 1_250],
  ['12.5', 'USD', 1_250],
  ['12', 'USD', 1_200],
  ['12', 'JPY', 12],
  ['12.5', 'JPY', undefined],
  ['12.505', 'USD', undefined],
  ['-1', 'USD', undefined],
  ['1,000', 'USD', undefined],
])('%s in %s is %s minor units', (text, currency, minorUnits) => {
  expect(minorUnitsOf(text, currency)).toBe(minorUnits);
});
