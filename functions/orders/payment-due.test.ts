import { expect, test } from '@jest/globals';
import { paymentDue } from './payment-due.ts';

const ENTERED = new Date('2026-11-22T12:00:00.000Z');

test.each([
  [900, '2026-11-22T12:14:50.000Z'],
  [60, '2026-11-22T12:00:54.000Z'],
  [1, '2026-11-22T12:00:00.900Z'],
])('of a window of %i seconds the customer is told a little less', (windowSeconds, due) => {
  expect(paymentDue(ENTERED, windowSeconds).toISOString()).toBe(due);
});
