import { expect, test } from '@jest/globals';
import { noteworthy } from './log-line.ts';

test.each([
  ['{"level":"INFO","message":"answered"}', undefined],
  ['{"level":30,"msg":"listening"}', undefined],
  ['GET /inventory/stocks', undefined],
  ['{"level":"WARN","message":"cut in tw', undefined],
  ['{"level":40,"msg":"slow"}', 'warning: slow'],
  ['{"level":"ERROR","message":"no answer","order_id":"o-1"}', 'error: order o-1: no answer'],
  ['{"level":50,"msg":"write failed","err":{"message":"disk full"}}', 'error: write failed: disk full'],
  [
    '{"level":"ERROR","message":"order needs attention","order_id":"o-1","error":"RetryableError"}',
    'error: order o-1: order needs attention: RetryableError',
  ],
  ['{"level":50,"msg":"odd","err":7}', 'error: odd'],
  ['TypeError: x is not a function', 'TypeError: x is not a function'],
])('of the log line %s, the terminal shows %s', (line, shown) => {
  expect(noteworthy(line)).toBe(shown);
});
