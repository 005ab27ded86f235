import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { orderStatusSchema } from '../../functions/http/contract/order-status.ts';
import { acceptedRefundSchema } from '../../functions/http/contract/refund-order.ts';
import type { OrderApiClient } from '../../verification/client/order-api-client.ts';
import { type Check, confirmed, END_WITHIN_SECONDS, refused } from './deployment.ts';

/** Refunds and returns of confirmed orders. */
export const REFUND_CHECKS: readonly Check[] = [
  {
    name: 'a confirmed order is refunded by pieces that come back, then whole, and then no more',
    run: async ({ api }) => {
      const orderId = await confirmed(api);
      const [line] = (await view(api, orderId)).lines;
      assert.ok(line);
      const returned = { lines: [{ id: line.id, count: 1 }], restock: true };
      assert.equal(await api.refund(orderId, returned, END_WITHIN_SECONDS), 'SUCCEEDED');
      assert.equal(await api.refund(orderId, {}, END_WITHIN_SECONDS), 'SUCCEEDED');
      refused(await askForRefund(api, orderId), 409, 'REFUND_EXCEEDS_CAPTURED');
      const { status, amount, refunded, refunds = [] } = await view(api, orderId);
      assert.deepEqual([status, refunded], ['CONFIRMED', amount]);
      assert.deepEqual(refunds.map(({ stock_returned }) => stock_returned).toSorted(), [false, true]);
    },
  },
  {
    name: 'a refund that the provider declines gives nothing back, and its amount can be refunded again',
    run: async ({ api }) => {
      const orderId = await confirmed(api, 'tok_refund_fails');
      assert.equal(await api.refund(orderId, { amount: 1 }, END_WITHIN_SECONDS), 'DECLINED');
      const { refunded, refunds = [] } = await view(api, orderId);
      assert.deepEqual([refunded?.value, refunds.map(({ code }) => code)], [0, ['REFUND_DECLINED']]);
    },
  },
  {
    name: 'a refund is the same under its key, and an order that was not confirmed has none',
    run: async ({ api }) => {
      const [orderId, key] = [await confirmed(api), randomUUID()];
      const [first, again] = [await askForRefund(api, orderId, key), await askForRefund(api, orderId, key)];
      // The refund may have moved on between the two.
      const same = acceptedRefundSchema.omit({ status: true });
      assert.deepEqual([first.status, again.status], [202, 202]);
      assert.deepEqual(same.parse(again.data), same.parse(first.data));
      const { Id } = (await api.stocks()).find(({ count }) => count > 0) ?? { Id: '' };
      const declined = await api.place({ list: [{ id: Id, count: 1 }], payment: { method: 'tok_declined' } });
      await api.waitForStatus(declined, END_WITHIN_SECONDS, ['REJECTED']);
      refused(await askForRefund(api, declined), 409, 'ORDER_NOT_REFUNDABLE');
    },
  },
];

async function view(api: OrderApiClient, orderId: string) {
  return orderStatusSchema.parse((await api.request({ path: `/orders/status?order_id=${orderId}` })).data);
}

function askForRefund(api: OrderApiClient, orderId: string, idempotencyKey: string = randomUUID()) {
  const body = { order_id: orderId, reason: 'end-to-end' };
  return api.request({ path: '/orders/refund', body, idempotencyKey });
}
