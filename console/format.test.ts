import { expect, test } from '@jest/globals';
import { minorUnitsOf, money } from './src/format.ts';

test.each([
  ['12.50', 'USD', 1_250],
  ['12,5', 'EUR', 1_250],
  [' 12 ', 'USD', 1_200],
  ['0.01', 'USD', 1],
  ['1200', 'JPY', 1_200],
])('reads the amount %s in %s as people write it', (text, currency, minorUnits) => {
  expect(minorUnitsOf(text, currency)).toBe(minorUnits);
});

test.each([
  ['', 'USD'],
  ['-1', 'USD'],
  ['1.005', 'USD'],
  // A thousand, or one with decimals: nobody can tell.
  ['1,000', 'USD'],
  ['1.5', 'JPY'],
  ['1e3', 'USD'],
  ['12.', 'USD'],
])('reads no amount in %p of %s', (text, currency) => {
  expect(minorUnitsOf(text, currency)).toBeUndefined();
});

test('writes minor units with the decimals of their currency', () => {
  expect(money({ value: 1_250, currency: 'USD' })).toContain('12.50');
  expect(money({ value: 1_250, currency: 'JPY' })).toContain('1,250');
});
