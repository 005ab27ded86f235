import { expect, test } from '@jest/globals';
import { type HashedRequest, requestHash } from './request-hash.ts';

const request: HashedRequest = {
  lines: [
    { item_id: 'a', count: 1 },
    { item_id: 'b', count: 2 },
  ],
  payment_method: 'tok_visa',
  payment_window_seconds: undefined,
};

test('the sequence of the lines does not matter', () => {
  expect(requestHash({ ...request, lines: request.lines.toReversed() })).toBe(requestHash(request));
});

test.each([
  [
    'count',
    {
      ...request,
      lines: [
        { item_id: 'a', count: 1 },
        { item_id: 'b', count: 3 },
      ],
    },
  ],
  ['line', { ...request, lines: request.lines.slice(1) }],
  ['payment method', { ...request, payment_method: undefined }],
  ['window', { ...request, payment_window_seconds: 60 }],
])('another %s is another request', (_what, other) => {
  expect(requestHash(other)).not.toBe(requestHash(request));
});
