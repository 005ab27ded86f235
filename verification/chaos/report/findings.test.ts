import { describe, expect, test } from '@jest/globals';
import type { ApiCall } from '../../answers/exchange.ts';
import type { RecordedExchange } from '../../client/order-api-client.ts';
import { soundSnapshot } from '../../invariants/testing/sound-snapshot.ts';
import { improperAnswers, unexpectedEnds } from './findings.ts';

const placed = recorded('place', 202, { data: { order_id: 'order', status: 'PENDING' } });

test('a 500 of the stack itself is an improper answer, one that a proxy injected is not', () => {
  expect(improperAnswers([recorded('pay', 500)])).toHaveLength(1);
  expect(improperAnswers([{ ...recorded('pay', 500), isInjected: true }])).toEqual([]);
});

test('404 is an improper answer once the order was accepted', () => {
  expect(improperAnswers([recorded('status', 404)])).toEqual([]);
  expect(improperAnswers([placed, recorded('status', 404)])).toHaveLength(1);
});

test('a business "no", 503 with Retry-After and silence are no improper answers', () => {
  const silent: RecordedExchange = {
    ...placed,
    exchange: { ...placed.exchange, outcome: { kind: 'unanswered', error: 'ECONNRESET' } },
  };
  expect(improperAnswers([recorded('pay', 402), recorded('place', 503, {}, '2'), silent])).toEqual([]);
});

describe('the bodies sent under one idempotency key', () => {
  const pen = { list: ['pen'] };
  const cup = { list: ['cup'] };
  const place = (body: object, http_status: number, second: number): RecordedExchange => {
    const order = { data: { order_id: 'order', status: 'PENDING' } };
    const { exchange, ...entry } = recorded('place', http_status, http_status === 202 ? order : {});
    return {
      ...entry,
      request: { ...entry.request, body },
      exchange: { ...exchange, at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString() },
    };
  };

  test.each<[string, readonly RecordedExchange[], number]>([
    ['denying another body is right', [place(pen, 202, 1), place(cup, 409, 2)], 0],
    ['accepting another body is improper', [place(pen, 202, 1), place(cup, 202, 2)], 1],
    ['accepting another body after the first was refused is right', [place(pen, 503, 1), place(cup, 202, 2)], 0],
    ['accepting another body at the same moment is right', [place(pen, 202, 1), place(cup, 202, 1)], 0],
    ['accepting the same body again is right', [place(pen, 202, 1), place(pen, 202, 2)], 0],
    ['denying the same body is improper', [place(pen, 202, 1), place(pen, 409, 2)], 1],
  ])('%s', (_what, exchanges, findings) => {
    const keys = improperAnswers(exchanges).filter(({ what }) => what.includes('its key had'));
    expect(keys).toHaveLength(findings);
  });
});

test('an end that the customer cannot have caused is found', () => {
  const { orders } = soundSnapshot();
  const ended = (kind: 'declined' | 'buys') => [{ customers: new Map([['confirmed', kind] as const]) }];
  expect(unexpectedEnds(ended('buys'), orders)).toEqual([]);
  expect(unexpectedEnds(ended('declined'), orders)).toEqual([
    { what: 'order confirmed: its customer (declined) cannot have it CONFIRMED', order_ids: ['confirmed'] },
  ]);
});

function recorded(call: ApiCall, http_status: number, body: unknown = {}, retry_after?: string): RecordedExchange {
  return {
    request: { path: '/', orderId: 'order' },
    isInjected: false,
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
