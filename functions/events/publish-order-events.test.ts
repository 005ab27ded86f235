import { randomBytes } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DynamoDBRecord } from 'aws-lambda';
import { type KeptLog, keptLog } from '../../tests/support/kept-log.ts';
import { testOrder } from '../../tests/support/order.ts';
import { countedBy, withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { refuse } from '../../tests/support/step-functions-recorder.ts';
import type { EventBus } from '../clients/event-bus.ts';
import { createExecutions } from '../orders/executions.ts';
import type { Order } from '../orders/order.ts';
import type { StatisticsTable } from '../orders/order-statistics.ts';
import { overdueQueues, readDeliveries } from '../webhooks/delivery-table.ts';
import { newSecret, type Webhook } from '../webhooks/webhook.ts';
import { addWebhook, removeWebhook } from '../webhooks/webhook-table.ts';
import { createHandler } from './publish-order-events.ts';

const database = withOrderTable();
const stepFunctions = withStepFunctions();
let log: KeptLog;

beforeEach(() => {
  log = keptLog();
});

afterEach(() => log.restore());

function handlerWith(statistics: StatisticsTable, bus?: EventBus) {
  const executions = createExecutions(stepFunctions.client, 'arn:aws:states:us-east-1:0:stateMachine:delivery');
  const outbox = { webhooks: database.webhooks, deliveries: database.deliveries, executions };
  return createHandler(
    () => ({ statistics, outbox, bus }),
    () => log.logger,
  );
}

function handle(...Records: readonly DynamoDBRecord[]) {
  return handlerWith(database.statistics)({ Records: [...Records] });
}

function added(work: () => Promise<unknown>) {
  return countedBy(database.statistics, work);
}

type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

function record(sequenceNumber: string, orderId: string, image: Record<string, AttributeValue> | undefined) {
  return {
    eventName: image === undefined ? 'REMOVE' : 'MODIFY',
    dynamodb: {
      SequenceNumber: sequenceNumber,
      Keys: { order_id: { S: orderId } },
      ...(image !== undefined && { NewImage: image as Image }),
    },
  } satisfies DynamoDBRecord;
}

function change(sequenceNumber: string, order: Order) {
  return record(sequenceNumber, order.order_id, marshall(order, { removeUndefinedValues: true }));
}

function confirmed(order: Order): Order {
  const entry = { at: order.created_at, status: 'CONFIRMED', what: 'test' } as const;
  const money = { amount_minor: 700, currency: 'EUR' };
  return { ...order, ...money, status: 'CONFIRMED', timeline: [...order.timeline, entry] };
}

const CONFIRMED_ONCE = { 'status.CONFIRMED': 1, 'captured.EUR': 700 };

test('an order that is placed and confirmed in one batch is counted as confirmed only', async () => {
  const order = testOrder();
  const changes = await added(async () => {
    expect(await handle(change('1', order), change('2', confirmed(order)))).toEqual({ batchItemFailures: [] });
  });
  expect(changes).toEqual(CONFIRMED_ONCE);
});

test('a batch that is delivered twice counts once', async () => {
  const order = testOrder();
  const batch = [change('1', order), change('2', confirmed(order))];
  expect(await added(() => handle(...batch))).toEqual(CONFIRMED_ONCE);
  expect(await added(() => handle(...batch))).toEqual({});
});

test('an order that was removed is taken out of the counters', async () => {
  const order = testOrder();
  await handle(change('1', order));
  expect(await added(() => handle(record('2', order.order_id, undefined)))).toEqual({ 'status.PENDING': -1 });
});

test('a record that cannot be read is reported with an ERROR line, and the records around it are counted', async () => {
  const [first, last] = [testOrder(), testOrder()];
  const unreadable = record('22', 'broken', { order_id: { S: 'broken' }, status: { S: 'NO_SUCH_STATUS' } });
  const changes = await added(async () => {
    const response = await handle(change('21', first), unreadable, change('23', last));
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: '22' }] });
  });
  expect(changes).toEqual({ 'status.PENDING': 2 });
  expect(log.lines).toMatchObject([{ level: 'ERROR', order_id: 'broken', sequence_number: '22' }]);
});

test('a record that cannot be read is given up after five minutes, so that it does not hold up those behind it for ever', async () => {
  const broken = record('51', 'broken', { order_id: { S: 'broken' }, status: { S: 'NO_SUCH_STATUS' } });
  const aged = (seconds: number): DynamoDBRecord => ({
    ...broken,
    dynamodb: { ...broken.dynamodb, ApproximateCreationDateTime: Date.now() / 1_000 - seconds },
  });
  expect(await handle(aged(290))).toEqual({ batchItemFailures: [{ itemIdentifier: '51' }] });
  expect(await handle(aged(310))).toEqual({ batchItemFailures: [] });
  expect(log.lines.at(-1)).toMatchObject({ level: 'ERROR', order_id: 'broken' });
});

test('a record without the key of an order is reported, and nothing is counted', async () => {
  const keyless = { eventName: 'MODIFY', dynamodb: { SequenceNumber: '31' } } satisfies DynamoDBRecord;
  const changes = await added(async () => {
    expect(await handle(keyless)).toEqual({ batchItemFailures: [{ itemIdentifier: '31' }] });
  });
  expect(changes).toEqual({});
  expect(log.lines).toMatchObject([{ level: 'ERROR', sequence_number: '31' }]);
});

test('a batch whose counters cannot be written fails as a whole, with an ERROR line', async () => {
  const handler = handlerWith({ ...database.statistics, name: 'no-such-table' });
  await expect(handler({ Records: [change('41', testOrder())] })).rejects.toThrow();
  expect(log.lines).toMatchObject([{ level: 'ERROR', records: 1 }]);
});

describe('events', () => {
  let webhook: Webhook;

  beforeEach(async () => {
    webhook = {
      webhook_id: `wh_${randomBytes(8).toString('hex')}`,
      receiver_url: 'https://shop.example/',
      event_types: ['order.placed', 'order.confirmed'],
      secrets: [{ secret: newSecret() }],
      created_at: '2026-11-28T12:00:00.000Z',
    };
    await addWebhook(database.webhooks, webhook);
  });
  afterEach(() => removeWebhook(database.webhooks, webhook.webhook_id));

  /** An order and its record after the saga's first and second write. */
  function history(at = '2026-11-28T12:30:00.000Z'): readonly [Order, Order, Order] {
    const entries = (['PENDING', 'RESERVED', 'CONFIRMED'] as const).map((status) => ({ at, status, what: 'test' }));
    const placed = testOrder({ timeline: entries.slice(0, 1) });
    const reserved: Order = { ...placed, start_pending: undefined, status: 'RESERVED', timeline: entries.slice(0, 2) };
    return [placed, reserved, { ...reserved, status: 'CONFIRMED', timeline: entries }];
  }

  function changed(sequenceNumber: string, before: Order, after: Order): DynamoDBRecord {
    const newRecord = change(sequenceNumber, after);
    const OldImage = marshall(before, { removeUndefinedValues: true }) as Image;
    return { ...newRecord, dynamodb: { ...newRecord.dynamodb, OldImage } };
  }

  async function queued(orderId: string): Promise<readonly string[]> {
    const deliveries = await readDeliveries(database.deliveries, { webhookId: webhook.webhook_id, orderId });
    return deliveries.map(({ event_type }) => event_type);
  }

  test('the events of a batch are queued in their order, for the types that were asked for, and sent once', async () => {
    const [placed, reserved, over] = history();
    const batch = [change('1', placed), changed('2', placed, reserved), changed('3', reserved, over)];
    await handle(...batch);
    expect(await queued(placed.order_id)).toEqual(['order.placed', 'order.confirmed']);
    await handle(...batch);
    expect(await queued(placed.order_id)).toEqual(['order.placed', 'order.confirmed']);
    const starts = stepFunctions.calls.filter(({ action }) => action === 'StartExecution');
    expect(starts.map(({ input }) => JSON.parse(String(input.input)))).toMatchObject([
      { webhook_id: webhook.webhook_id, order_id: placed.order_id },
    ]);
  });

  test('orders that the stream shows for the first time are told of from the time on at which the webhook was made', async () => {
    const [, , old] = history('2026-11-28T11:59:59.000Z');
    const [, , fresh] = history('2026-11-28T12:00:00.000Z');
    await handle(change('1', old), change('2', fresh));
    expect(await queued(old.order_id)).toEqual([]);
    expect(await queued(fresh.order_id)).toEqual(['order.placed', 'order.confirmed']);
  });

  test('an execution that cannot be started fails no batch: its queue is overdue at once', async () => {
    stepFunctions.reply = () => refuse('ThrottlingException');
    const [placed, reserved] = history();
    expect(await handle(changed('1', placed, reserved))).toEqual({ batchItemFailures: [] });
    const overdue = await overdueQueues(database.deliveries, new Date(), 1_000);
    expect(overdue).toContainEqual({ webhookId: webhook.webhook_id, orderId: placed.order_id });
  });

  test('trouble with the event bus does not hold up webhooks and counters, and the batch is repeated', async () => {
    const bus: EventBus = { put: () => Promise.reject(new Error('the bus is away')) };
    const [placed, reserved] = history();
    const handler = handlerWith(database.statistics, bus);
    await expect(handler({ Records: [changed('1', placed, reserved)] })).rejects.toThrow('the bus is away');
    expect(await queued(placed.order_id)).toEqual(['order.placed']);
  });

  test('the event bus gets every event, whatever webhooks asked for', async () => {
    const taken: string[] = [];
    const bus: EventBus = { put: async (events) => void taken.push(...events.map(({ type }) => type)) };
    const [placed, reserved] = history();
    await handlerWith(database.statistics, bus)({ Records: [change('1', placed), changed('2', placed, reserved)] });
    expect(taken).toEqual(['order.placed', 'order.reserved']);
  });
});
