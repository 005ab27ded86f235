import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../embedded/eventually.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../embedded/stack.ts';
import { orderStatusSchema } from '../functions/http/contract/order-status.ts';
import { OrderApiClient } from '../verification/client/order-api-client.ts';
import { invokeNow, makeSagaDue, stopExecution } from './support/embedded-stack.ts';
import { settableClock } from './support/settable-clock.ts';

// What a power cut leaves in the default durability: the tables have the orders, the engine's journal does not. And what a clock
// that is set back does to the time of an order.

const ITEM_2 = '154ffd4d-ac59-4819-a2fc-194faf1b92ba';
const ITEM_3 = 'dad78a5a-3c27-449f-8696-fd745260884e';
const LONG = 120_000;
const HOUR_MS = 3_600_000;
const RECONCILED_WITHIN_SECONDS = 60;

let folder: string;
let dataDirectory: string;
let stack: EmbeddedStack;
let api: OrderApiClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lost-executions-test-'));
  dataDirectory = join(folder, 'data');
  await setClockBy(0);
  await startStack();
}, LONG);

afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
}, LONG);

async function startStack(): Promise<void> {
  stack = await startEmbeddedStack({ dataDirectory, environment: settableClock(clockFile()) });
  api = new OrderApiClient(stack.urls.http);
}

function clockFile(): string {
  return join(folder, 'clock-offset');
}

/** Sets the clock of every process of the stack. */
function setClockBy(ms: number): Promise<void> {
  return writeFile(clockFile(), String(ms));
}

/** Places an order that waits for its payment. */
async function waiting(window_seconds: number): Promise<string> {
  const order_id = await api.place({ list: [{ id: ITEM_3, count: 1 }], payment: { window_seconds } });
  await api.waitForStatus(order_id, 20, ['AWAITING_PAYMENT']);
  return order_id;
}

function pay(order_id: string) {
  return api.request({ path: '/payment/pay', body: { list: [{ id: randomUUID(), order_id }] } });
}

test(
  'orders whose execution was stopped, or whose journal is lost, end: expired, cancelled, or with their payment undone',
  async () => {
    const stopped = await waiting(3);
    await stopExecution(stack, 'order-saga', stopped);
    const [cancelled, paid] = [await waiting(600), await waiting(600)];

    await stack.stop();
    await rm(join(dataDirectory, 'stepfunctions'), { recursive: true });
    await startStack();

    // Too late, and nothing is charged.
    expect(await pay(stopped)).toMatchObject({ status: 409, meta: { code: 'PAYMENT_WINDOW_CLOSED' } });
    expect(await api.request({ path: '/orders/cancel', body: { order_id: cancelled } })).toMatchObject({ status: 202 });
    expect(await pay(paid)).toMatchObject({ status: 409, meta: { code: 'ORDER_NOT_PAYABLE' } });

    await makeSagaDue(stack, stopped);
    await makeSagaDue(stack, cancelled);
    await invokeNow(stack, 'reconcileOrders');
    expect(await api.waitForStatus(stopped, RECONCILED_WITHIN_SECONDS, ['EXPIRED'])).toMatchObject({
      reason_code: 'PAYMENT_WINDOW_EXPIRED',
    });
    await api.waitForStatus(cancelled, RECONCILED_WITHIN_SECONDS, ['CANCELLED']);
    expect(await api.waitForStatus(paid, RECONCILED_WITHIN_SECONDS, ['REJECTED'])).toMatchObject({
      reason_code: 'PAYMENT_UNAVAILABLE',
    });
  },
  LONG,
);

test(
  'the clock is set back by an hour while an order waits for its payment: its window ends on time, and nobody can pay it',
  async () => {
    const before = await available();
    const order_id = await waiting(8);
    expect(await available()).toBe(before - 1);
    await setClockBy(-HOUR_MS);
    await eventually(async () => (await apiClock()) < Date.now() - HOUR_MS / 2, { pollMs: 100 });
    expect(await pay(order_id)).toMatchObject({ status: 409, meta: { code: 'PAYMENT_WINDOW_CLOSED' } });
    await api.waitForStatus(order_id, 30, ['EXPIRED']);
    expect(await available()).toBe(before);
  },
  LONG,
);

/** The clock of the API, by which it notes when an order was placed. */
async function apiClock(): Promise<number> {
  const order_id = await api.place({ list: [{ id: ITEM_2, count: 1 }] });
  const { data } = await api.request({ path: `/orders/status?order_id=${order_id}` });
  return Date.parse(orderStatusSchema.parse(data).created_at);
}

async function available(): Promise<number> {
  return (await api.stocks()).find(({ Id }) => Id === ITEM_3)?.count ?? 0;
}
