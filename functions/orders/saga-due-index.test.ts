import { expect, test } from '@jest/globals';
import { testOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import { KEYS_TO_READ, spreadKey } from '../common/spread-key.ts';
import { newOrderId } from './new-order.ts';
import { overdueOrders, sagaDueOrders } from './saga-due-index.ts';

const NOW = new Date('2026-11-29T12:00:00.000Z');
const database = withOrderTable();

/** A time so many seconds before {@link NOW}. */
function past(seconds: number): string {
  return new Date(NOW.getTime() - seconds * 1_000).toISOString();
}

async function due(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const id of sagaDueOrders(database.table, NOW)) {
    found.push(id);
  }
  return found;
}

test('nothing is due in an empty index', async () => {
  expect(await due()).toEqual([]);
  expect(await overdueOrders(database.table, NOW)).toEqual({ count: 0, oldestAt: undefined });
});

test('due orders come longest overdue first, whatever their keys, across pages, with those of older versions', async () => {
  const orders = Array.from({ length: 90 }, (_, index) =>
    testOrder({
      saga_due_at: past(((index * 37) % 90) * 10),
      // More than a page of one key.
      ...(index % 3 === 0 && { saga_due: 'Y' }),
    }),
  );
  await Promise.all(orders.map((order) => database.written(order)));
  await database.written(testOrder({ saga_due_at: past(-1) }));
  await database.written(testOrder({ saga_due: undefined, saga_due_at: undefined }));
  expect(new Set(orders.map(({ saga_due }) => saga_due)).size).toBeGreaterThan(5);
  const wanted = orders
    .toSorted((left, right) => String(left.saga_due_at).localeCompare(String(right.saga_due_at)))
    .map(({ order_id }) => order_id);
  expect(await due()).toEqual(wanted);
  expect(await overdueOrders(database.table, NOW)).toEqual({ count: 90, oldestAt: past(890) });
});

test('the ids of orders use every key about equally often', () => {
  const uses = new Map<string, number>();
  for (let order = 0; order < 3_200; order += 1) {
    const key = spreadKey(order % 2 === 0 ? newOrderId() : newOrderId(`key-${order}`));
    uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  expect(uses.size).toBe(16);
  expect(Math.max(...uses.values())).toBeLessThan(300);
});

test('an id that is no order’s has a key that is read', () => {
  expect(KEYS_TO_READ).toContain(spreadKey('nobody'));
});
