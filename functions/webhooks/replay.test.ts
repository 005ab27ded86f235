import { expect, test } from '@jest/globals';
import '../../tests/support/quiet-log.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { logWith, rootLogger } from '../common/logger.ts';
import { createExecutions } from '../orders/executions.ts';
import { newOrderId } from '../orders/new-order.ts';
import type { OrderEvent } from '../orders/order-event.ts';
import type { QueueName } from './delivery.ts';
import { addEvents } from './delivery-queue.ts';
import { readDeliveries, waitingDeliveries } from './delivery-table.ts';
import { replayEvents, replaySince } from './replay.ts';

const database = withOrderTable();
const stepFunctions = withStepFunctions();
const MACHINE = 'arn:aws:states:us-east-1:0:stateMachine:webhook-delivery';
const AT = '2026-11-28T12:00:00.000Z';
const SINCE = '2026-01-01T00:00:00.000Z';

function dependencies() {
  return { deliveries: database.deliveries, executions: createExecutions(stepFunctions.client, MACHINE) };
}

function log() {
  return logWith(rootLogger(), {});
}

function event(orderId: string, number: number, name = ''): OrderEvent {
  const lines = name === '' ? [] : [{ id: 'item', count: 1, name }];
  const data = { order_id: orderId, status: 'PAID', lines, created_at: AT } as const;
  return { id: `${orderId}-${number}`, type: 'order.paid', orderId, at: AT, data };
}

/** A queue with so many events. */
async function queueOf(
  count: number,
  webhookId: string,
  { name = '', at = new Date() }: { readonly name?: string; readonly at?: Date } = {},
): Promise<QueueName> {
  const queue = { webhookId, orderId: newOrderId() };
  const events = Array.from({ length: count }, (_, number) => event(queue.orderId, number + 1, name));
  await addEvents(database.deliveries, queue, events, false, at);
  return queue;
}

async function replayedOf(queue: QueueName): Promise<number> {
  const deliveries = await readDeliveries(database.deliveries, queue);
  return deliveries.filter(({ replayed_at }) => replayed_at !== undefined).length;
}

test('more events than a page of the log, or one write, takes: all are sent once more, by one execution an order', async () => {
  const many = await queueOf(130, 'wh_00000000000000a1');
  const few = await queueOf(2, many.webhookId);
  expect(await replaySince(dependencies(), many.webhookId, SINCE, log())).toEqual({ replayed: 132, unknown: [] });
  expect([await replayedOf(many), await replayedOf(few)]).toEqual([130, 2]);
  expect(stepFunctions.starts()).toHaveLength(2);
});

test('more events than one replay takes: it says where another one goes on, and that one takes the rest', async () => {
  const webhookId = 'wh_00000000000000a2';
  const second = (number: number) => new Date(Date.parse(AT) + number * 1_000);
  const queues = await Promise.all(
    Array.from({ length: 11 }, (_, number) => queueOf(95, webhookId, { at: second(number) })),
  );
  const first = await replaySince(dependencies(), webhookId, SINCE, log());
  expect(first).toMatchObject({ replayed: 1_000, nextSince: second(10).toISOString() });
  const [last = { webhookId, orderId: '' }] = queues.slice(-1);
  expect(await replayedOf(last)).toBe(50);
  const next = await replaySince(dependencies(), webhookId, String(first.nextSince), log());
  expect(next).toEqual({ replayed: 95, unknown: [] });
  expect(await replayedOf(last)).toBe(95);
});

test('of an order whose events are replayed by their ids only these wait again', async () => {
  const queue = await queueOf(12, 'wh_00000000000000a3');
  const [first, eleventh] = [`${queue.orderId}-1`, `${queue.orderId}-11`];
  const replay = await replayEvents(dependencies(), queue.webhookId, [first, eleventh], log());
  expect(replay).toEqual({ replayed: 2, unknown: [] });
  const deliveries = await readDeliveries(database.deliveries, queue);
  const again = deliveries.filter(({ replayed_at }) => replayed_at !== undefined).map(({ event_id }) => event_id);
  expect(again).toEqual([first, eleventh]);
});

test('a queue of more than a megabyte, which DynamoDB answers in pages, is read to its end', async () => {
  const queue = await queueOf(40, 'wh_00000000000000a4', { name: 'x'.repeat(40_000) });
  const waiting = await waitingDeliveries(database.deliveries, queue);
  expect(waiting.map(({ event_id }) => Number(event_id.split('-').at(-1)))).toEqual(
    Array.from({ length: 40 }, (_, number) => number + 1),
  );
});
