import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type KeptLog, keptLog } from '../../../tests/support/kept-log.ts';
import { confirmedOrder } from '../../../tests/support/order.ts';
import { withOrderTable } from '../../../tests/support/order-fixtures.ts';
import { logWith } from '../../common/logger.ts';
import type { Order } from '../order.ts';
import { readOrder } from '../order-table.ts';
import type { Refund } from './refund.ts';
import { recordRefundOutcome } from './refund-outcome.ts';

const database = withOrderTable();
const REFUND: Refund = {
  amount_minor: 500,
  restock: false,
  reason: 'test',
  status: 'REQUESTED',
  requested_at: '2026-11-28T12:00:00.000Z',
};
const SUCCEEDED = { status: 'SUCCEEDED', stockReturned: false } as const;
let log: KeptLog;

beforeEach(() => {
  log = keptLog();
});

afterEach(() => log.restore());

function refunded(refunds: Readonly<Record<string, Refund>>): Promise<Order> {
  return database.written(confirmedOrder({ refunds }));
}

function recordSuccess(orderId: string) {
  const named = { orderId, refundId: 'r1' };
  return recordRefundOutcome(database.table, named, SUCCEEDED, logWith(log.logger, {}), new Date());
}

test('money was given back for a refund that its order does not know: an operator is told by an error', async () => {
  const { order_id } = await refunded({ other: REFUND });
  for (const orderId of [order_id, 'unknown']) {
    expect(await recordSuccess(orderId)).toBeUndefined();
  }
  const line = {
    level: 'ERROR',
    message: 'the record of the order does not have the refund',
    refund_id: 'r1',
    outcome: 'SUCCEEDED',
  };
  expect(log.lines).toEqual([expect.objectContaining(line), expect.objectContaining(line)]);
});

test('money was given back for a refund that had ended as declined: it stays so, and the log warns', async () => {
  const { order_id } = await refunded({ r1: { ...REFUND, status: 'DECLINED' } });
  expect(await recordSuccess(order_id)).toBe('DECLINED');
  expect(log.lines).toMatchObject([
    { level: 'WARN', message: 'the refund had ended otherwise', status: 'DECLINED', outcome: 'SUCCEEDED' },
  ]);
});

test('an outcome that is recorded, and recorded again, is no cause for a line in the log', async () => {
  const { order_id } = await refunded({ r1: REFUND });
  expect(await recordSuccess(order_id)).toBe('SUCCEEDED');
  const first = await readOrder(database.table, order_id);
  expect(await recordSuccess(order_id)).toBe('SUCCEEDED');
  expect(await readOrder(database.table, order_id)).toEqual(first);
  expect(log.lines).toEqual([]);
});
