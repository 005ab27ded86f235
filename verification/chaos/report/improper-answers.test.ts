import { describe, expect, test } from '@jest/globals';
import type { ApiCall } from '../../answers/exchange.ts';
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

describe('a key and what was asked for under it', () => {
  const pen = { list: ['pen'] };
  const cup = { list: ['cup'] };
  const place = (body: object, http_status: number, second: number): RecordedExchange => {
    const order = { data: { order_id: 'order', status: 'PENDING' } };
    const { exchange, ...entry } = recorded('place', http_status, http_status === 202 ? order : {});
    return {
      ...entry,
      body,
      exchange: { ...exchange, at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString() },
    };
  };

  test.each<[string, readonly RecordedExchange[], number]>([
    ['another body that is denied', [place(pen, 202, 1), place(cup, 409, 2)], 0],
    ['another body that is taken, too', [place(pen, 202, 1), place(cup, 202, 2)], 1],
    ['another body, the first one having been refused', [place(pen, 503, 1), place(cup, 202, 2)], 0],
    ['another body at the same moment', [place(pen, 202, 1), place(cup, 202, 1)], 0],
    ['the same body again', [place(pen, 202, 1), place(pen, 202, 2)], 0],
    ['the same body, denied', [place(pen, 202, 1), place(pen, 409, 2)], 1],
  ])('%s', (_what, exchanges, findings) => {
    const keys = improperAnswers(exchanges).filter(({ what }) => what.includes('its key had'));
    expect(keys).toHaveLength(findings);
  });
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
