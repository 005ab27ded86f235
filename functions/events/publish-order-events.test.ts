import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { DynamoDBRecord } from 'aws-lambda';
import { type KeptLog, keptLog } from '../../tests/support/kept-log.ts';
import { testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import type { Order } from '../orders/order.ts';
import { readCounters } from '../orders/order-statistics.ts';
import { createHandler } from './publish-order-events.ts';

const database = withOrderTable();
let log: KeptLog;

beforeEach(() => {
  log = keptLog();
});

afterEach(() => log.restore());

function handle(...Records: readonly DynamoDBRecord[]) {
  const handler = createHandler(
    () => ({ statistics: database.statistics }),
    () => log.logger,
  );
  return handler({ Records: [...Records] });
}

/** A table is used by all tests: each looks at what it adds. */
async function added(work: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> {
  const before = await readCounters(database.statistics);
  await work();
  const after = await readCounters(database.statistics);
  const changes = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
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

test('a record without the key of an order is reported, and nothing is counted', async () => {
  const keyless = { eventName: 'MODIFY', dynamodb: { SequenceNumber: '31' } } satisfies DynamoDBRecord;
  const changes = await added(async () => {
    expect(await handle(keyless)).toEqual({ batchItemFailures: [{ itemIdentifier: '31' }] });
  });
  expect(changes).toEqual({});
  expect(log.lines).toMatchObject([{ level: 'ERROR', sequence_number: '31' }]);
});

test('a batch whose counters cannot be written fails as a whole, with an ERROR line', async () => {
  const handler = createHandler(
    () => ({ statistics: { ...database.statistics, name: 'no-such-table' } }),
    () => log.logger,
  );
  await expect(handler({ Records: [change('41', testOrder())] })).rejects.toThrow();
  expect(log.lines).toMatchObject([{ level: 'ERROR', records: 1 }]);
});
