import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { parseYaml } from '../../../tests/support/yaml.ts';
import { readExchanges } from '../../answers/exchange.ts';
import { isCustomerKind } from '../../customer-kinds.ts';
import { ordersFile } from '../scenarios/phases.ts';
import { ArtilleryRecorder, type RequestSettings, type VirtualUser } from './artillery-recorder.ts';
import { ExchangeTail } from './exchange-tail.ts';
import { chooseBasket, chooseContendedBasket } from './traffic-plan.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'traffic-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

const user: VirtualUser = { vars: {}, scenario: { name: 'buys' } };
const answer = { statusCode: 202, headers: {}, body: '{"data":{"order_id":"a","status":"PENDING"}}' };

describe('the baskets of the load', () => {
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

describe('the recorder of artillery’s requests', () => {
  test('records a request with its answer, key and orders', async () => {
    const file = join(directory, 'answered.jsonl');
    const recorder = new ArtilleryRecorder(file);
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

  test('records silence once, however often artillery reports it', async () => {
    const file = join(directory, 'silent.jsonl');
    const recorder = new ArtilleryRecorder(file);
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

describe('the tail of an exchange log', () => {
  test('gives each exchange once, and none before its line is complete', async () => {
    const file = join(directory, 'followed.jsonl');
    const tail = new ExchangeTail(file);
    expect(await tail.next()).toEqual([]);
    const recorder = new ArtilleryRecorder(file);
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

test('every scenario of the load is a kind of customer, but for the one that orders nothing', async () => {
  const { scenarios } = scenariosSchema.parse(parseYaml(await readFile(ordersFile, 'utf8')));
  const others = scenarios.map(({ name }) => name).filter((name) => !isCustomerKind(name));
  expect(scenarios.length).toBeGreaterThan(10);
  expect(others).toEqual(['looks around']);
});

test('every pause of the load is one that artillery makes: it takes 0.25 for a millisecond', async () => {
  const text = await readFile(ordersFile, 'utf8');
  const pauses = [...text.matchAll(/think: "?([^"\n]+)"?/g)].map(([, pause]) => pause);
  expect(pauses.length).toBeGreaterThan(2);
  expect(pauses.filter((pause) => !/^(\d+|\d+m?s|\{\{ until_next_look \}\})$/.test(pause ?? ''))).toEqual([]);
});

const scenariosSchema = z.object({ scenarios: z.array(z.object({ name: z.string() })) });
