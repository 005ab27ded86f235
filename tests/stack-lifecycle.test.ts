import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EmbeddedStack, STACK_PROCESSES, startEmbeddedStack } from '../embedded/stack.ts';
import { isAlive } from '../embedded/supervisor/process-table.ts';

// All tests share one stack, in order, because a start takes seconds.
const ITEM_3 = 'dad78a5a-3c27-449f-8696-fd745260884e';
const SAMPLE_ORDER = 'bdc38c99-c74d-4053-8897-7ea0dbd423f8';
const LONG = 60_000;

interface Answer {
  readonly status: number;
  readonly body: { readonly success: boolean; readonly data: unknown };
}

let dataDirectory: string;
let stack: EmbeddedStack;

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'embedded-test-'));
  stack = await startEmbeddedStack({ dataDirectory });
}, LONG);

afterAll(async () => {
  await stack.stop();
  await rm(dataDirectory, { recursive: true, force: true });
}, LONG);

test('a new stack answers the first requests as the API contract says', async () => {
  const stocks = await get('/inventry/stocks/');
  expect(stocks.body).toMatchObject({ status: 200, success: true, meta: null });
  expect(stocks.body.data).toEqual(
    expect.arrayContaining([
      { Id: '0ec2fe2b-d061-43cd-a16e-672d2662e6fe', name: 'item1', count: 10, price: 1000 },
      { Id: '154ffd4d-ac59-4819-a2fc-194faf1b92ba', name: 'item2', count: 10, price: 2500 },
    ]),
  );

  const placed = await place({ list: [{ id: ITEM_3, count: 3 }] });
  expect(placed.status).toBe(202);

  const waiting = await orderBecomes(orderId(placed), 'AWAITING_PAYMENT');
  expect(waiting).toMatchObject({ order_id: orderId(placed) });

  const paid = await post('/payment/pay', { list: [{ id: randomUUID(), order_id: SAMPLE_ORDER }] });
  expect(paid.body).toEqual({ status: 200, success: true, meta: null, data: true });
});

test.each(['inventory', 'payment', 'engine', 'dynamodb'] as const)(
  'the stack restarts %s after a kill, and the order is confirmed',
  async (name) => {
    const placed = await place({ list: [{ id: ITEM_3, count: 1 }], payment: { method: 'tok_visa' } });
    await stack.isBack(name, stack.kill(name, 'SIGKILL'));
    await orderBecomes(orderId(placed), 'CONFIRMED');
  },
  LONG,
);

test(
  'the stack restarts after a kill of the API process, and the accepted order is confirmed',
  async () => {
    const placed = await place({ list: [{ id: ITEM_3, count: 1 }], payment: { method: 'tok_visa' } });
    await stack.isBack('api', stack.kill('api', 'SIGKILL'));
    await orderBecomes(orderId(placed), 'CONFIRMED');
  },
  LONG,
);

test(
  'Ctrl-C ends every process, and a new start keeps all data',
  async () => {
    const placed = await place({ list: [{ id: ITEM_3, count: 1 }], payment: { method: 'tok_visa' } });
    const processes = stack.processes();
    expect(processes.map(({ name }) => name)).toEqual([...STACK_PROCESSES]);

    expect(await stack.stop()).toBe(0);
    expect(processes.filter(({ pid }) => isAlive(pid))).toEqual([]);
    expect(await readdir(join(dataDirectory, 'run'))).toEqual([]);

    stack = await startEmbeddedStack({ dataDirectory });
    await orderBecomes(orderId(placed), 'CONFIRMED');
    const stocks = await get('/inventory/stocks');
    // 3 are held by the order that awaits its payment, and each of the other six orders bought 1.
    expect(stocks.body.data).toContainEqual({ Id: ITEM_3, name: 'item3', count: 1000 - 3 - 6, price: 500 });
  },
  LONG,
);

async function get(path: string): Promise<Answer> {
  return answer(await fetch(stack.urls.http + path));
}

async function post(path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return answer(await fetch(stack.urls.http + path, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function answer(response: Response): Promise<Answer> {
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

function place(order: object): Promise<Answer> {
  return post('/orders/place', order);
}

function orderId(placed: Answer): string {
  return (placed.body.data as { readonly order_id: string }).order_id;
}

async function orderBecomes(id: string, status: string): Promise<unknown> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const { body } = await get(`/orders/status/?order_id=${id}`);
    if ((body.data as { readonly status?: string }).status === status) {
      return body.data;
    }
    await sleep(100);
  }
  throw new Error(
    `Order ${id} did not become ${status}: ${JSON.stringify(await get(`/orders/status?order_id=${id}`))}`,
  );
}
