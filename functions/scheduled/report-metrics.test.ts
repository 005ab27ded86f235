import { expect, test } from '@jest/globals';
import { ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import type { InventoryClient } from '../clients/inventory-client.ts';
import type { Order } from '../orders/order.ts';
import { countOrders } from '../orders/order-statistics.ts';
import { createHandler } from './report-metrics.ts';

const database = withOrderTable('test');

/** Holds of so many pieces, each made so many minutes ago, on pages of two. */
function holds(...all: readonly (readonly [pieces: number, minutes: number])[]): Pick<InventoryClient, 'listHolds'> {
  const reservations = all.map(([count, minutes], index) => ({
    orderId: `order-${index}`,
    state: ReservationState.HELD,
    lines: [{ itemId: 'item', count, name: 'item', unitPrice: undefined, returned: 0 }],
    total: undefined,
    createdAt: new Date(Date.now() - minutes * 60_000),
    updatedAt: undefined,
    expiresAt: undefined,
  }));
  return {
    listHolds: async ({ pageToken }) => {
      const from = Number(pageToken);
      const nextPageToken = from + 2 < reservations.length ? String(from + 2) : '';
      return { reservations: reservations.slice(from, from + 2), nextPageToken };
    },
  };
}

async function counted(differences: Partial<Order>): Promise<void> {
  const order = await database.written(testOrder(differences));
  await countOrders(database.statistics, [{ orderId: order.order_id, order }]);
}

async function reported(
  inventory: Pick<InventoryClient, 'listHolds'>,
  certificateDays: () => Promise<number | undefined> = async () => undefined,
) {
  const { table, statistics } = database;
  const gauges = await createHandler(() => ({ table, statistics, inventory, certificateDays }), 'cloudwatch')();
  return Object.fromEntries(gauges.map(({ name, label, value }) => [label === undefined ? name : label, value]));
}

test('without parked orders and holds every gauge is written as 0', async () => {
  expect(await reported(holds())).toEqual({
    OrdersParked: 0,
    OldestParkedOrderAge: 0,
    RefundsParked: 0,
    up_to_15m: 0,
    up_to_1h: 0,
    up_to_1d: 0,
    over_1d: 0,
  });
});

test('the gauges tell how many orders and refunds wait, since when, and how long stock has been held', async () => {
  await counted({ status: 'NEEDS_ATTENTION', created_at: new Date(Date.now() - 90_000).toISOString() });
  await counted({ status: 'NEEDS_ATTENTION', created_at: new Date(Date.now() - 30_000).toISOString() });
  await counted({ status: 'CONFIRMED', refund_parked_step: 'RefundPayment' });
  const gauges = await reported(holds([1, 1], [2, 10], [4, 30], [8, 600], [16, 3_000]));
  expect(gauges).toMatchObject({
    OrdersParked: 2,
    RefundsParked: 1,
    up_to_15m: 3,
    up_to_1h: 4,
    up_to_1d: 8,
    over_1d: 16,
  });
  expect(gauges.OldestParkedOrderAge).toBeGreaterThanOrEqual(90);
  expect(gauges.OldestParkedOrderAge).toBeLessThan(120);
});

test('the end of the certificates is a gauge, and what is unknown of it holds up no other', async () => {
  expect(await reported(holds(), async () => 29.5)).toMatchObject({ CertificateDaysLeft: 29.5, OrdersParked: 0 });
  const unread = await reported(holds(), async () => {
    throw new Error('no secret');
  });
  expect(unread).toMatchObject({ OrdersParked: 0 });
  expect(unread).not.toHaveProperty('CertificateDaysLeft');
});
