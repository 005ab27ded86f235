import type * as z from 'zod';
import { minorUnitsOf } from '../../functions/common/money.ts';
import { orderStatusSchema } from '../../functions/http/contract/order-status.ts';
import { acceptedRefundSchema } from '../../functions/http/contract/refund-order.ts';
import { callOnce, type OrdersApi } from './orders-api.ts';
import { money, short, table, time } from './table.ts';

/** What an operator says of a refund on the command line. */
export interface RefundArguments {
  readonly orderId: string;
  /** As people write it, such as `12.50`. */
  readonly amount: string | undefined;
  /** Each `ITEM=COUNT`. */
  readonly lines: readonly string[] | undefined;
  readonly restock: boolean;
  readonly reason: string;
  readonly key: string | undefined;
}

/**
 * Refunds an order.
 *
 * @throws RangeError for an amount or a line that is not written as it must be; OrdersApiError
 */
export async function refundOrder(api: OrdersApi, wanted: RefundArguments) {
  const { orderId: order_id, restock, reason, key } = wanted;
  const lines = wanted.lines?.map(lineOf);
  const amount = wanted.amount === undefined ? undefined : await amountOf(api, order_id, wanted.amount);
  const body = {
    order_id,
    reason,
    ...(amount !== undefined && { amount }),
    ...(lines !== undefined && { lines }),
    ...(restock && { restock }),
  };
  const data = await callOnce(api, { path: '/orders/refund', body }, key, acceptedRefundSchema);
  const text =
    `refund ${data.refund_id} of ${money(data.amount.value, data.amount.currency)} is ${data.status}; ` +
    `what becomes of it: npm run orders -- show ${order_id}`;
  return { text, data };
}

/** The amount in minor units; the order says in which currency. */
async function amountOf(api: OrdersApi, order_id: string, text: string): Promise<number> {
  const { amount } = await api.call({ path: '/orders/status', query: { order_id } }, orderStatusSchema);
  const minorUnits = amount?.currency === undefined ? undefined : minorUnitsOf(text, amount.currency);
  if (minorUnits === undefined) {
    throw new RangeError(`--amount must be an amount in the order's currency, such as 12.50, not ${text}`);
  }
  return minorUnits;
}

function lineOf(text: string): { readonly id: string; readonly count: number } {
  const [, id, count] = /^(.+)=(\d{1,7})$/.exec(text) ?? [];
  if (id === undefined || count === undefined) {
    throw new RangeError(`--line must be ITEM=COUNT, not ${text}`);
  }
  return { id, count: Number(count) };
}

type Refunds = NonNullable<z.infer<typeof orderStatusSchema>['refunds']>;

/** The refunds of an order as a table. */
export function refundTable(refunds: Refunds): string {
  return table(
    ['REFUND', 'STATUS', 'AMOUNT', 'REQUESTED (UTC)', 'STOCK', 'WHY'],
    refunds.map((refund) => [
      refund.refund_id,
      refund.status,
      money(refund.amount.value, refund.amount.currency),
      time(refund.requested_at),
      stockOf(refund),
      short([refund.code, refund.parked_reason ?? refund.reason].filter((part) => part !== undefined).join(': '), 80),
    ]),
  );
}

function stockOf({ restock, stock_returned }: Refunds[number]): string {
  if (stock_returned === true) {
    return 'returned';
  }
  return restock === true ? 'to return' : '';
}
