import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { classify } from './classification.ts';
import { type ApiCall, appendExchange, type Exchange, readExchanges } from './exchange.ts';
import { promisesIn } from './promises.ts';

describe('the promises in an answer', () => {
  const order = { data: { order_id: 'a', status: 'PENDING' } };
  test.each<[ApiCall, number, unknown, readonly unknown[]]>([
    [
      'place',
      202,
      order,
      [
        { kind: 'order-accepted', order_id: 'a', idempotency_key: 'key' },
        { kind: 'status-shown', order_id: 'a', status: 'PENDING' },
      ],
    ],
    [
      'cancel',
      202,
      order,
      [
        { kind: 'cancellation-accepted', order_id: 'a' },
        { kind: 'status-shown', order_id: 'a', status: 'PENDING' },
      ],
    ],
    ['status', 200, order, [{ kind: 'status-shown', order_id: 'a', status: 'PENDING' }]],
    ['pay', 200, { data: true }, [{ kind: 'payment-settled', order_id: 'asked' }]],
    [
      'refund',
      202,
      { data: { order_id: 'a', refund_id: 'r', status: 'REQUESTED' } },
      [{ kind: 'refund-accepted', order_id: 'a', refund_id: 'r' }],
    ],
    ['stocks', 200, { data: [] }, []],
    ['place', 503, order, []],
    ['pay', 402, { data: 'declined' }, []],
  ])('are collected from %s answered with %d', (call, http_status, body, promises) => {
    expect(promisesIn(exchange(call, http_status, body))).toMatchObject(promises);
  });

  test('carry the times of request and answer, so that answers can be ordered', () => {
    const asked_at = Date.parse('2026-01-01T00:00:00.000Z');
    const when = { asked_at, answered_at: asked_at + 5 };
    expect(promisesIn(exchange('cancel', 202, order))?.map((promise) => promise.when)).toEqual([when, when]);
  });

  test('are none where there was no answer', () => {
    expect(
      promisesIn({ ...exchange('place', 202, order), outcome: { kind: 'unanswered', error: 'ECONNRESET' } }),
    ).toEqual([]);
  });
});

describe('the class of an exchange', () => {
  const order = { data: { order_id: 'a', status: 'PENDING' } };
  test.each<[ApiCall, number, string | undefined, unknown, string]>([
    ['place', 202, undefined, order, 'taken'],
    ['place', 202, undefined, { data: 'fine' }, 'faulty'],
    ['place', 409, undefined, {}, 'denied'],
    ['place', 400, undefined, {}, 'faulty'],
    ['pay', 402, undefined, {}, 'denied'],
    ['refund', 409, undefined, {}, 'denied'],
    ['refund', 202, undefined, { data: {} }, 'faulty'],
    ['pay', 200, undefined, { data: false }, 'faulty'],
    ['status', 404, undefined, {}, 'faulty'],
    ['place', 503, '2', {}, 'refused'],
    ['place', 503, undefined, {}, 'faulty'],
    ['place', 503, 'soon', {}, 'faulty'],
    ['place', 503, '0', {}, 'faulty'],
    ['place', 500, '2', {}, 'faulty'],
  ])('%s answered with %d, Retry-After %s and %j is %s', (call, http_status, retry_after, body, expected) => {
    expect(classify(exchange(call, http_status, body, retry_after))).toBe(expected);
  });
});

describe('the log of exchanges', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'exchange-log-'));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  test('returns what was written', async () => {
    const file = join(directory, 'written.jsonl');
    const written = [exchange('place', 503, {}, '1'), exchange('stocks', 200, { data: [] })];
    for (const one of written) {
      appendExchange(file, one);
    }
    expect(await readExchanges(file)).toEqual(written);
  });

  test('is empty where nothing was written', async () => {
    expect(await readExchanges(join(directory, 'absent.jsonl'))).toEqual([]);
  });

  test('names a line that is not an exchange', async () => {
    const file = join(directory, 'broken.jsonl');
    appendExchange(file, exchange('stocks', 200, {}));
    await writeFile(file, '{"call":"place"}\n', { flag: 'a' });
    await expect(readExchanges(file)).rejects.toThrow('broken.jsonl:2');
  });
});

function exchange(call: ApiCall, http_status: number, body: unknown, retry_after?: string): Exchange {
  return {
    at: '2026-01-01T00:00:00.000Z',
    elapsed_ms: 5,
    call,
    scenario: 'test',
    order_ids: ['asked'],
    idempotency_key: 'key',
    outcome: { kind: 'answered', http_status, body, ...(retry_after === undefined ? {} : { retry_after }) },
  };
}
