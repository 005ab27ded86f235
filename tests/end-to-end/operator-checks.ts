import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { eventually } from '../../embedded/eventually.ts';
import { itemStockSchema } from '../../functions/http/contract/correct-stock.ts';
import { orderListSchema } from '../../functions/http/contract/list-orders.ts';
import { orderSummarySchema } from '../../functions/http/contract/order-summary.ts';
import { sagaHistorySchema } from '../../functions/http/contract/saga-history.ts';
import { stockReportSchema } from '../../functions/http/contract/stock-report.ts';
import type { OrderApiClient } from '../../verification/client/order-api-client.ts';
import { awaitPayment, basket, type Check, confirmed, END_WITHIN_SECONDS, ended, stageOf } from './deployment.ts';

/** The sweeper of the Inventory service comes every few seconds. */
const SWEPT_WITHIN_MS = 60_000;
/** Pieces of an order that is to park; one fewer is left of its item, so that it is never sold out for another check. */
const ORDERED = 2;
/** Fewer than the items of which the other checks order. */
const FEW = 50;

/** What operators see, and how they mend orders that are stuck. */
export const OPERATOR_CHECKS: readonly Check[] = [
  {
    name: 'an operator finds orders by status, their number and money, and the saga of each',
    run: async ({ api }) => {
      const orderId = await confirmed(api);
      const from = new Date(Date.now() - 600_000).toISOString();
      const listed = await get(api, `/orders?status=CONFIRMED&from=${from}&limit=100`, orderListSchema);
      assert.ok(listed.orders.some(({ order_id, status }) => order_id === orderId && status === 'CONFIRMED'));
      // The counters follow the stream.
      await eventually(
        async () => {
          const { by_status, money } = await get(api, '/orders/summary', orderSummarySchema);
          return (by_status.CONFIRMED ?? 0) > 0 && money.some(({ captured }) => captured > 0);
        },
        { withinMs: END_WITHIN_SECONDS * 1_000, pollMs: 500, what: 'the order is counted' },
      );
      const { execution } = await get(api, `/orders/saga?order_id=${orderId}`, sagaHistorySchema);
      const succeeded = execution.states.filter(({ status }) => status === 'SUCCEEDED').map(({ name }) => name);
      assert.equal(execution.status, 'SUCCEEDED');
      for (const step of [
        'ReserveInventory',
        'AuthorizePayment',
        'CapturePayment',
        'CommitInventory',
        'ConfirmOrder',
      ]) {
        assert.ok(succeeded.includes(step), `${step} is not among ${succeeded.join(', ')}`);
      }
    },
  },
  {
    name: 'an order whose stock is lost parks: restocked and redriven it is confirmed, another one is given up',
    run: async (deployment) => {
      const { api } = deployment;
      const { id, available } = await rareItem(api);
      const park = async (): Promise<string> => {
        const orderId = await api.place({ list: [{ id, count: ORDERED }] });
        await awaitPayment(api, orderId);
        await stageOf(deployment).makeHoldExpire(orderId);
        const isSwept = async () => (await itemOf(api, id)).held === 0;
        await eventually(isSwept, { withinMs: SWEPT_WITHIN_MS, pollMs: 200, what: 'the hold is returned' });
        await changeStock(api, 'correct', id, ORDERED - 1);
        await api.pay(orderId, randomUUID());
        await api.waitForStatus(orderId, END_WITHIN_SECONDS, ['NEEDS_ATTENTION']);
        return orderId;
      };
      stageOf(deployment);
      const redriven = await park();
      const parked = await get(api, '/orders?status=NEEDS_ATTENTION&limit=100', orderListSchema);
      const found = parked.orders.find(({ order_id }) => order_id === redriven);
      assert.equal(found?.parked_step, 'CommitInventory');
      const delivery = randomUUID();
      for (const time of ['first', 'second']) {
        const stock = await changeStock(api, 'restock', id, 1, delivery);
        assert.equal(stock.available, ORDERED, `the ${time} time`);
      }
      const answer = await api.operate({ path: '/orders/redrive', body: { order_ids: [redriven] } });
      assert.deepEqual([answer.status, answer.data], [202, { redriven: [redriven], refused: [] }]);
      await eventually(async () => (await api.order(redriven)).status === 'CONFIRMED', {
        withinMs: END_WITHIN_SECONDS * 1_000,
        pollMs: 500,
        what: `order ${redriven} is confirmed`,
      });

      await changeStock(api, 'correct', id, ORDERED);
      const abandoned = await park();
      // Its execution ends a moment after the order has parked.
      await eventually(() => api.abandon(abandoned, 'end-to-end'), {
        withinMs: 30_000,
        pollMs: 500,
        what: 'abandoned',
      });
      await eventually(async () => (await api.order(abandoned)).reason_code === 'ABANDONED', {
        withinMs: END_WITHIN_SECONDS * 1_000,
        pollMs: 500,
        what: `order ${abandoned} is given up`,
      });
      assert.equal((await ended(api, abandoned)).status, 'REJECTED');
      await changeStock(api, 'correct', id, available);
    },
  },
  {
    name: 'an order whose execution was stopped ends by the reconciliation, and its payment is refused meanwhile',
    run: async (deployment) => {
      const { api } = deployment;
      const stage = stageOf(deployment);
      const { list } = await basket(api);
      const orderId = await api.place({ list, payment: { window_seconds: 5 } });
      await awaitPayment(api, orderId);
      await stage.stopExecution('order-saga', orderId);
      await stage.makeSagaDue(orderId);
      await eventually(
        async () => {
          await stage.invoke('reconcileOrders');
          return (await api.order(orderId)).status !== 'AWAITING_PAYMENT';
        },
        { withinMs: END_WITHIN_SECONDS * 1_000, pollMs: 2_000, what: `order ${orderId} is carried on` },
      );
      const order = await ended(api, orderId);
      assert.deepEqual([order.status, order.reason_code], ['EXPIRED', 'PAYMENT_WINDOW_EXPIRED']);
    },
  },
];

interface Shape<T> {
  readonly parse: (data: unknown) => T;
}

async function get<T>(api: OrderApiClient, path: string, shape: Shape<T>): Promise<T> {
  const { status, data } = await api.operate({ path });
  assert.equal(status, 200, `${path}: ${JSON.stringify(data)}`);
  return shape.parse(data);
}

async function stockReport(api: OrderApiClient) {
  return (await get(api, '/inventory/items', stockReportSchema)).items;
}

/** An item that no other check orders: there are few of it. */
async function rareItem(api: OrderApiClient) {
  const found = (await stockReport(api)).find(
    ({ available, held }) => available >= ORDERED && available < FEW && held === 0,
  );
  assert.ok(found, `of no item there are ${ORDERED} to ${FEW} pieces, none of them held`);
  return found;
}

async function itemOf(api: OrderApiClient, id: string) {
  const found = (await stockReport(api)).find((item) => item.id === id);
  assert.ok(found, `the item ${id} is gone`);
  return found;
}

async function changeStock(
  api: OrderApiClient,
  how: 'restock' | 'correct',
  id: string,
  count: number,
  idempotencyKey: string = randomUUID(),
) {
  const body = { id, count, reason: 'end-to-end' };
  const { status, data } = await api.operate({ path: `/inventory/${how}`, body, idempotencyKey });
  assert.equal(status, 200, JSON.stringify(data));
  return itemStockSchema.parse(data);
}
