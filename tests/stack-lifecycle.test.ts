import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../embedded/eventually.ts';
import { type EmbeddedStack, STACK_PROCESSES, startEmbeddedStack } from '../embedded/stack.ts';
import { isAlive } from '../embedded/supervisor/process-table.ts';
import { OrderApiClient } from '../verification/client/order-api-client.ts';

// All tests share one stack, in order, because a start takes seconds.
const ITEM_3 = 'dad78a5a-3c27-449f-8696-fd745260884e';
const SAMPLE_ORDER = 'bdc38c99-c74d-4053-8897-7ea0dbd423f8';
const PAID_ORDER = { list: [{ id: ITEM_3, count: 1 }], payment: { method: 'tok_visa' } };
const LONG = 60_000;

let dataDirectory: string;
let stack: EmbeddedStack;
let api: OrderApiClient;

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'embedded-test-'));
  stack = await startEmbeddedStack({ dataDirectory });
  api = new OrderApiClient(stack.urls.http);
}, LONG);

afterAll(async () => {
  await stack.stop();
  await rm(dataDirectory, { recursive: true, force: true });
}, LONG);

test('a new stack answers the first requests as the API contract says', async () => {
  const stocks = await api.request({ path: '/inventry/stocks/' });
  expect(stocks).toMatchObject({ status: 200, success: true, meta: null });
  expect(stocks.data).toEqual(
    expect.arrayContaining([
      { Id: '0ec2fe2b-d061-43cd-a16e-672d2662e6fe', name: 'item1', count: 10, price: 1000 },
      { Id: '154ffd4d-ac59-4819-a2fc-194faf1b92ba', name: 'item2', count: 10, price: 2500 },
    ]),
  );

  const placed = await api.request({ path: '/orders/place', body: { list: [{ id: ITEM_3, count: 3 }] } });
  expect(placed).toMatchObject({ status: 202, data: { order_id: expect.any(String) } });
  const { order_id: orderId } = placed.data as { readonly order_id: string };
  expect(await api.waitForStatus(orderId, 20, ['AWAITING_PAYMENT'])).toMatchObject({ order_id: orderId });

  const body = { list: [{ id: randomUUID(), order_id: SAMPLE_ORDER }] };
  const paid = await api.request({ path: '/payment/pay', body });
  expect(paid).toEqual({ status: 200, success: true, meta: null, data: true });
});

test.each(['inventory', 'payment', 'engine', 'dynamodb'] as const)(
  'the stack restarts %s after a kill, and the order is confirmed',
  async (name) => {
    const orderId = await api.place(PAID_ORDER);
    await stack.isBack(name, stack.kill(name, 'SIGKILL'));
    await api.waitForStatus(orderId, 20, ['CONFIRMED']);
  },
  LONG,
);

test(
  'the stack restarts after a kill of the API process, and the accepted order is confirmed',
  async () => {
    const orderId = await api.place(PAID_ORDER);
    await stack.isBack('api', stack.kill('api', 'SIGKILL'));
    await api.waitForStatus(orderId, 20, ['CONFIRMED']);
  },
  LONG,
);

test(
  'the summary counts every order once, although the API process and the database were killed in between',
  async () => {
    // The sample order, one a killed process, and the order that still waits for its payment.
    const wanted = { by_status: { AWAITING_PAYMENT: 1, CONFIRMED: 6, PENDING: 0, RESERVED: 0, NEEDS_ATTENTION: 0 } };
    let summary: unknown;
    await eventually(
      async () => {
        const answer = await fetch(`${stack.urls.http}/orders/summary`);
        summary = ((await answer.json()) as { readonly data: unknown }).data;
        return (summary as typeof wanted).by_status.CONFIRMED >= wanted.by_status.CONFIRMED;
      },
      { withinMs: 20_000, pollMs: 100, what: 'every confirmed order is counted' },
    );
    expect(summary).toMatchObject(wanted);
  },
  LONG,
);

test(
  'Ctrl-C ends every process, and a new start keeps all data',
  async () => {
    const orderId = await api.place(PAID_ORDER);
    const processes = stack.processes();
    expect(processes.map(({ name }) => name)).toEqual([...STACK_PROCESSES]);

    expect(await stack.stop()).toBe(0);
    expect(processes.filter(({ pid }) => isAlive(pid))).toEqual([]);
    expect(await readdir(join(dataDirectory, 'run'))).toEqual([]);

    stack = await startEmbeddedStack({ dataDirectory });
    api = new OrderApiClient(stack.urls.http);
    await api.waitForStatus(orderId, 20, ['CONFIRMED']);
    const stocks = await api.stocks();
    // 3 are held by the order that awaits its payment, and each of the other six orders bought 1.
    expect(stocks).toContainEqual({ Id: ITEM_3, name: 'item3', count: 1000 - 3 - 6, price: 500 });
  },
  LONG,
);

test(
  'the stack ends in order, and says why, when somebody deletes its data folder',
  async () => {
    const processes = stack.processes();
    // The running stack may write a file into a folder that is just being emptied.
    await rm(dataDirectory, { recursive: true, maxRetries: 10 });
    await eventually(() => processes.every(({ pid }) => !isAlive(pid)), {
      withinMs: 20_000,
      what: 'the stack has ended',
    });
    expect(stack.output()).toContain(`The data folder ${dataDirectory} was deleted or moved away.`);
    expect(stack.output()).toMatch(/Stopping \(the data folder is gone\) \.\.\.\nStopped\.\n$/);
  },
  LONG,
);
