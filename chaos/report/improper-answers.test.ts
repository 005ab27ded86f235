import { expect, test } from '@jest/globals';
import type { ApiCall } from '../../load/answers/exchange.ts';
import type { RecordedExchange } from '../traffic/recording-client.ts';
import { improperAnswers } from './improper-answers.ts';

const placed = recorded('place', 202, { data: { order_id: 'order', status: 'PENDING' } });

test('a 500 of the stack itself is improper, one that a proxy made is not', () => {
  expect(improperAnswers([recorded('pay', 500)])).toHaveLength(1);
  expect(improperAnswers([{ ...recorded('pay', 500), injected: true }])).toEqual([]);
});

test('"no such order" is improper once the order was accepted', () => {
  expect(improperAnswers([recorded('status', 404)])).toEqual([]);
  expect(improperAnswers([placed, recorded('status', 404)])).toHaveLength(1);
});

test('a business no, a proper refusal and silence are not improper', () => {
  const silent: RecordedExchange = {
    ...placed,
    exchange: { ...placed.exchange, outcome: { kind: 'unanswered', error: 'ECONNRESET' } },
  };
  expect(improperAnswers([recorded('pay', 402), recorded('place', 503, {}, '2'), silent])).toEqual([]);
});

function recorded(call: ApiCall, http_status: number, body: unknown = {}, retry_after?: string): RecordedExchange {
  return {
    order_id: 'order',
    injected: false,
    exchange: {
      at: '2026-01-01T00:00:00.000Z',
      elapsed_ms: 1,
      call,
      scenario: 'test',
      order_ids: [],
      outcome: { kind: 'answered', http_status, body, ...(retry_after === undefined ? {} : { retry_after }) },
    },
  };
}
