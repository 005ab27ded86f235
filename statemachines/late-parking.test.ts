import { expect, test } from '@jest/globals';
import type { OrderStatus } from '../functions/orders/order-status.ts';
import { makeWriteOf } from '../tests/support/described-write.ts';
import { testOrder } from '../tests/support/order.ts';
import { withOrderTable } from '../tests/support/order-fixtures.ts';

const database = withOrderTable();

function park(orderId: string, redriveCount: number) {
  return makeWriteOf('ParkOrder', database.table, orderId, {
    ':step': 'RecordPayment',
    ':redrive_count': redriveCount,
  });
}
function recordPayment(orderId: string, redriveCount: number) {
  return makeWriteOf('RecordPayment', database.table, orderId, { ':redrive_count': redriveCount });
}

async function placed(status: OrderStatus): Promise<string> {
  const order = testOrder({ status, start_pending: undefined });
  await database.written(order);
  return order.order_id;
}

test('an order can be parked repeatedly, and again after a redrive', async () => {
  const orderId = await placed('AUTHORIZED');
  expect([await park(orderId, 0), await park(orderId, 0), await park(orderId, 1)]).toEqual([true, true, true]);
});

test('a late write of an earlier parking does not lower the redrive count that later steps must exceed', async () => {
  const orderId = await placed('AUTHORIZED');
  await park(orderId, 0);
  await park(orderId, 1);
  expect(await park(orderId, 0)).toBe(false);
  // A late write of a step from before the second redrive.
  expect(await recordPayment(orderId, 1)).toBe(false);
  expect(await recordPayment(orderId, 2)).toBe(true);
});

test.each(['RecordPayment', 'RecordFreeOrder', 'ConfirmOrder'])(
  'an order that is given up while a redrive is on its way is refused by %s, and closed by its further run',
  async (write) => {
    const redriven = { ':redrive_count': 1 };
    const parked = { status: 'NEEDS_ATTENTION', start_pending: undefined, parked_at_redrive_count: 0 } as const;
    const { order_id: orderId } = await database.written(testOrder({ ...parked, abandon_requested_at: 'now' }));
    expect(await makeWriteOf(write, database.table, orderId, redriven)).toBe(false);
    // ConfirmOrder parks it again.
    expect(await park(orderId, 1)).toBe(true);
    // The further run that carries the decision out.
    const closing = { ':redrive_count': 10_000, ':to': 'REJECTED' };
    expect(await makeWriteOf('CloseOrder', database.table, orderId, closing)).toBe(true);
    const { order_id: other } = await database.written(testOrder(parked));
    expect(await makeWriteOf(write, database.table, other, redriven)).toBe(true);
  },
);

test.each<OrderStatus>(['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED'])(
  'an order that is %s is not parked',
  async (status) => {
    expect(await park(await placed(status), 0)).toBe(false);
  },
);
