import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readExchanges } from '../../answers/exchange.ts';
import { chooseBasket, chooseContendedBasket } from './basket.ts';
import { ExchangeTail } from './exchange-tail.ts';
import { ExchangeRecorder } from './recorder.ts';
import type { RequestSettings, VirtualUser } from './virtual-user.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'traffic-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

const user: VirtualUser = { vars: {}, scenario: { name: 'buys' } };
const answer = { statusCode: 202, headers: {}, body: '{"data":{"order_id":"a","status":"PENDING"}}' };

describe('baskets', () => {
  test('name each item once, in small counts, however few items there are', () => {
    const items = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(items, items, (plentiful, contended) => {
        const basket = chooseBasket({ plentiful });
        expect(new Set(basket.map(({ id }) => id)).size).toBe(basket.length);
        for (const { id, count } of basket) {
          expect(plentiful).toContain(id);
          expect([1, 2, 3]).toContain(count);
        }
        expect(contended).toContain(chooseContendedBasket({ plentiful, contended })[0]?.id);
      }),
    );
  });
});

describe('the recorder', () => {
  test('writes a request down with its answer, key and orders', async () => {
    const file = join(directory, 'answered.jsonl');
    const recorder = new ExchangeRecorder(file);
    const place: RequestSettings = {
      uuid: '1',
      url: 'http://h/orders/place',
      headers: { 'idempotency-key': 'k' },
      json: {},
    };
    const pay: RequestSettings = {
      uuid: '2',
      url: 'http://h/payment/pay',
      json: { list: [{ id: 'p', order_id: 'a' }] },
    };
    const status: RequestSettings = { uuid: '3', url: 'http://h/orders/status?order_id=a' };
    for (const request of [place, pay, status]) {
      recorder.sent(request);
    }
    recorder.answered(place, answer, user);
    recorder.answered(pay, { statusCode: 503, headers: { 'retry-after': '2' }, body: 'busy' }, user);
    recorder.answered(status, answer, user);
    expect(await readExchanges(file)).toMatchObject([
      { call: 'place', scenario: 'buys', idempotency_key: 'k', order_ids: [], outcome: { http_status: 202 } },
      { call: 'pay', order_ids: ['a'], outcome: { http_status: 503, retry_after: '2', body: 'busy' } },
      { call: 'status', order_ids: ['a'] },
    ]);
  });

  test('writes a silence down once, however often it is told of it', async () => {
    const file = join(directory, 'silent.jsonl');
    const recorder = new ExchangeRecorder(file);
    const request: RequestSettings = { uuid: '1', url: 'http://h/inventory/stocks' };
    recorder.sent(request);
    const error = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    recorder.unanswered(request, error, user);
    recorder.unanswered(request, error, user);
    expect(await readExchanges(file)).toMatchObject([
      { call: 'stocks', outcome: { kind: 'unanswered', error: 'ECONNREFUSED: refused' } },
    ]);
  });
});

describe('following a log', () => {
  test('gives each exchange once, and none before it is written to its end', async () => {
    const file = join(directory, 'followed.jsonl');
    const tail = new ExchangeTail(file);
    expect(await tail.next()).toEqual([]);
    const recorder = new ExchangeRecorder(file);
    const request: RequestSettings = { uuid: '1', url: 'http://h/inventory/stocks' };
    recorder.sent(request);
    recorder.answered(request, answer, user);
    expect(await tail.next()).toHaveLength(1);
    const [written] = await readExchanges(file);
    const line = JSON.stringify(written);
    await appendFile(file, line.slice(0, 20));
    expect(await tail.next()).toEqual([]);
    await appendFile(file, `${line.slice(20)}\n`);
    expect(await tail.next()).toEqual([written]);
  });
});
