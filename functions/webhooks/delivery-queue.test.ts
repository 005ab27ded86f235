import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { interpose } from '../../tests/support/dynamodb-requests.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import { newOrderId } from '../orders/new-order.ts';
import type { OrderEvent } from '../orders/order-event.ts';
import { addEvents, endRun, furtherRun, renewRun, replayDeliveries } from './delivery-queue.ts';
import { headKey, overdueQueues, readDeliveries, readLog, readQueue, updateItem } from './delivery-table.ts';

const database = withOrderTable();

function event(orderId: string, number: number): OrderEvent {
  return {
    id: `${orderId}-${number}`,
    type: 'order.paid',
    orderId,
    at: '2026-11-28T12:00:00.000Z',
    data: { order_id: orderId, status: 'PAID', lines: [], created_at: '2026-11-28T12:00:00.000Z' },
  };
}

function newQueue(webhookId = 'wh_0000000000000001') {
  return { webhookId, orderId: newOrderId() };
}

async function idsOf(queue: ReturnType<typeof newQueue>): Promise<readonly string[]> {
  const deliveries = await readDeliveries(database.deliveries, queue);
  return deliveries.map(({ event_id }) => event_id.replace(`${queue.orderId}-`, ''));
}

test('events that the stream reports twice are queued once, also beside new ones', async () => {
  const queue = newQueue();
  const [first, second, third] = [1, 2, 3].map((number) => event(queue.orderId, number)) as [
    OrderEvent,
    OrderEvent,
    OrderEvent,
  ];
  expect(await addEvents(database.deliveries, queue, [first, second], true)).toBeDefined();
  expect(await addEvents(database.deliveries, queue, [first, second], true)).toBeUndefined();
  expect(await addEvents(database.deliveries, queue, [second, third], true)).toBeUndefined();
  expect(await idsOf(queue)).toEqual(['1', '2', '3']);
});

// A writer that loses against another one of the same second may take the run for its own; a second start of it has no effect.
test('many writers at once queue each event once, and all that start a run start the same', async () => {
  const queue = newQueue();
  const runs = await Promise.all(
    Array.from({ length: 4 }, (_, number) =>
      addEvents(database.deliveries, queue, [event(queue.orderId, number)], true),
    ),
  );
  const started = runs.flatMap((each) => each?.run ?? []);
  expect(new Set(started).size).toBe(1);
  expect(await readQueue(database.deliveries, queue)).toMatchObject({ delivery_run: started[0] });
  expect((await idsOf(queue)).toSorted()).toEqual(['0', '1', '2', '3']);
});

test('more events than a transaction takes are queued in their order, with one run', async () => {
  const queue = newQueue();
  const events = Array.from({ length: 150 }, (_, number) => event(queue.orderId, number));
  expect(await addEvents(database.deliveries, queue, events, true)).toMatchObject(queue);
  expect(await idsOf(queue)).toEqual(events.map((_, number) => String(number)));
});

/** Sends the first transaction of the action twice, as where its answer is too late. */
async function sentTwice<T>(action: () => Promise<T>): Promise<T> {
  const { middlewareStack } = database.deliveries.client;
  const name = 'late answer';
  let isLate = true;
  middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (!isLate || commandName !== 'TransactWriteItemsCommand') {
          return next(args);
        }
        isLate = false;
        await next(args).catch(() => undefined);
        return next({ ...args, input: { ...args.input, ClientRequestToken: randomUUID() } });
      },
    { step: 'initialize', name },
  );
  return action().finally(() => middlewareStack.remove(name));
}

test.each([1, 150])('the run of %i events whose write is answered too late is started all the same', async (count) => {
  const queue = newQueue();
  const events = Array.from({ length: count }, (_, number) => event(queue.orderId, number));
  const run = await sentTwice(() => addEvents(database.deliveries, queue, events, true));
  expect(run).toEqual({ ...queue, run: (await readQueue(database.deliveries, queue))?.delivery_run });
  expect(await idsOf(queue)).toEqual(events.map((_, number) => String(number)));
  expect(await sentTwice(() => addEvents(database.deliveries, queue, events, true))).toBeUndefined();
});

test('the run of a replay whose write is answered too late is started all the same', async () => {
  const queue = newQueue();
  const run = await addEvents(database.deliveries, queue, [event(queue.orderId, 1)], true);
  const seen = (await readQueue(database.deliveries, queue))?.queue_version ?? 0;
  await endRun(database.deliveries, run ?? { ...queue, run: 0 }, seen);
  const deliveries = await readDeliveries(database.deliveries, queue);
  const further = await sentTwice(() => replayDeliveries(database.deliveries, queue, deliveries));
  expect(further).toEqual({ ...queue, run: (run?.run ?? 0) + 1 });
});

test('a run does not end while there is more to send, and the next event starts another run', async () => {
  const queue = newQueue();
  const run = await addEvents(database.deliveries, queue, [event(queue.orderId, 1)], true);
  const seen = (await readQueue(database.deliveries, queue))?.queue_version ?? 0;
  await addEvents(database.deliveries, queue, [event(queue.orderId, 2)], true);
  expect(await endRun(database.deliveries, run ?? { ...queue, run: 0 }, seen)).toBe(false);
  expect(await endRun(database.deliveries, run ?? { ...queue, run: 0 }, seen + 1)).toBe(true);
  const next = await addEvents(database.deliveries, queue, [event(queue.orderId, 3)], true);
  expect(next?.run).toBe((run?.run ?? 0) + 1);
});

test('events for a webhook that is switched off are kept, and nothing is started', async () => {
  const queue = newQueue();
  expect(await addEvents(database.deliveries, queue, [event(queue.orderId, 1)], false)).toBeUndefined();
  expect(await idsOf(queue)).toEqual(['1']);
  expect(await readQueue(database.deliveries, queue)).not.toHaveProperty('delivery_due');
});

test('a queue is overdue once its run has not written for two minutes', async () => {
  const queue = newQueue('wh_0000000000000002');
  await addEvents(database.deliveries, queue, [event(queue.orderId, 1)], true);
  const overdue = async (ms: number) => {
    const found = await overdueQueues(database.deliveries, new Date(Date.now() + ms), 1_000);
    return found.some(({ orderId }) => orderId === queue.orderId);
  };
  expect([await overdue(110_000), await overdue(130_000)]).toEqual([false, true]);
});

test('the longest overdue queues come first, whatever their keys, with those of older versions', async () => {
  const start = Date.now() - 3_600_000;
  const queues = Array.from({ length: 40 }, () => newQueue('wh_0000000000000004'));
  for (const [index, queue] of queues.entries()) {
    const queuedAt = new Date(start + ((index * 7) % 40) * 1_000);
    await addEvents(database.deliveries, queue, [event(queue.orderId, 1)], true, queuedAt);
  }
  for (const queue of queues.slice(0, 8)) {
    await updateItem(database.deliveries, {
      Key: headKey(queue),
      UpdateExpression: 'SET delivery_due = :key',
      ExpressionAttributeValues: { ':key': 'Y' },
    });
  }
  const heads = await Promise.all(queues.map((queue) => readQueue(database.deliveries, queue)));
  expect(new Set(heads.map((head) => head?.delivery_due)).size).toBeGreaterThan(5);
  const wanted = heads
    .flatMap((head) => head ?? [])
    .toSorted((left, right) => String(left.delivery_due_at).localeCompare(String(right.delivery_due_at)))
    .map(({ queue_order_id }) => queue_order_id);
  const found = await overdueQueues(database.deliveries, new Date(start + 160_000), 12);
  expect(found.map(({ orderId }) => orderId)).toEqual(wanted.slice(0, 12));
  const all = await overdueQueues(database.deliveries, new Date(start + 160_000), 1_000);
  expect(all.map(({ orderId }) => orderId)).toEqual(wanted);
});

test('a run that writes while a further one is about to take its place keeps it', async () => {
  const queue = newQueue('wh_0000000000000003');
  const run = await addEvents(database.deliveries, queue, [event(queue.orderId, 1)], true);
  const later = new Date(Date.now() + 130_000);
  const living = run ?? { ...queue, run: 0 };
  interpose(database.deliveries.client, 'UpdateItemCommand', () => renewRun(database.deliveries, living, 0, later));
  expect(await furtherRun(database.deliveries, queue, later)).toBeUndefined();
  expect(await renewRun(database.deliveries, living, 0, later)).toBeDefined();
});

test('the log of a webhook has its deliveries alone, in pages, from either end', async () => {
  const [webhookId, other] = ['wh_000000000000000a', 'wh_000000000000000b'];
  for (const [id, seconds] of [
    [webhookId, 1],
    [other, 2],
    [webhookId, 3],
    [webhookId, 5],
  ] as const) {
    const queue = newQueue(id);
    await addEvents(database.deliveries, queue, [event(queue.orderId, seconds)], false, new Date(seconds * 1_000));
  }
  const numbers = ({ deliveries }: Awaited<ReturnType<typeof readLog>>) =>
    deliveries.map(({ event_id }) => Number(event_id.split('-').at(-1)));
  const newest = await readLog(database.deliveries, { webhookId, limit: 2, order: 'newest first' });
  expect(numbers(newest)).toEqual([5, 3]);
  const rest = await readLog(database.deliveries, { webhookId, limit: 2, order: 'newest first', after: newest.next });
  expect(numbers(rest)).toEqual([1]);
  const since = await readLog(database.deliveries, {
    webhookId,
    since: new Date(2_000).toISOString(),
    limit: 10,
    order: 'oldest first',
  });
  expect(numbers(since)).toEqual([3, 5]);
});
