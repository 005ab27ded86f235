import { readFileSync } from 'node:fs';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createOrderRepository } from '../functions/orders/order-repository.ts';
import type { OrderStatus } from '../functions/orders/order-status.ts';
import { testOrder } from '../tests/support/order.ts';
import { startOrderTable, type TestOrderTable } from '../tests/support/orders-table.ts';

interface Write {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
}
const { States } = JSON.parse(readFileSync(new URL('./order-saga.asl.json', import.meta.url), 'utf8')) as {
  readonly States: Readonly<Record<string, { readonly Arguments: Write }>>;
};

let database: TestOrderTable;
beforeAll(async () => {
  database = await startOrderTable();
});
afterAll(() => database.close());

/** Makes the write of a state, as the state machine describes it. */
async function write(state: string, orderId: string, values: Readonly<Record<string, unknown>>): Promise<boolean> {
  const { client, name } = database.table;
  const described = States[state]?.Arguments;
  if (described === undefined) throw new Error(`the saga has no state ${state}`);
  const { UpdateExpression, ConditionExpression, ExpressionAttributeNames } = described;
  try {
    await client.send(
      new UpdateCommand({
        TableName: name,
        Key: { order_id: orderId },
        UpdateExpression,
        ConditionExpression,
        ExpressionAttributeNames,
        ExpressionAttributeValues: { ':at': 'now', ':entry': [], ...values },
      }),
    );
    return true;
  } catch (error) {
    if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
    return false;
  }
}

const park = (orderId: string, redriveCount: number) =>
  write('ParkOrder', orderId, {
    ':to': 'NEEDS_ATTENTION',
    ':step': 'RecordPayment',
    ':redrive_count': redriveCount,
    ...Object.fromEntries(['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED'].map((status) => [`:${status}`, status])),
  });
const recordPayment = (orderId: string, redriveCount: number) =>
  write('RecordPayment', orderId, {
    ':to': 'PAID',
    ':redrive_count': redriveCount,
    ...Object.fromEntries(['AUTHORIZED', 'PAID', 'NEEDS_ATTENTION'].map((status) => [`:${status}`, status])),
  });

async function placed(status: OrderStatus): Promise<string> {
  const order = testOrder({ status, start_pending: undefined });
  await createOrderRepository(database.table).add(order);
  return order.order_id;
}

test('parking is repeated, and parked again after a redrive', async () => {
  const orderId = await placed('AUTHORIZED');
  expect([await park(orderId, 0), await park(orderId, 0), await park(orderId, 1)]).toEqual([true, true, true]);
});

test('the write of a former parking arrives late: the fence against late steps stays where it is', async () => {
  const orderId = await placed('AUTHORIZED');
  await park(orderId, 0);
  await park(orderId, 1);
  expect(await park(orderId, 0)).toBe(false);
  // A step of the execution before its second redrive, on its way ever since.
  expect(await recordPayment(orderId, 1)).toBe(false);
  expect(await recordPayment(orderId, 2)).toBe(true);
});

test.each<OrderStatus>(['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED'])(
  'an order that is %s is not parked',
  async (status) => {
    expect(await park(await placed(status), 0)).toBe(false);
  },
);
