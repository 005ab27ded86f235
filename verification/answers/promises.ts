import * as z from 'zod';
import { ORDER_STATUSES } from '../../functions/orders/order-status.ts';
import type { AnswerTime, ApiPromise } from '../invariants/snapshot.ts';
import type { Exchange } from './exchange.ts';

const orderData = z.object({ data: z.object({ order_id: z.string(), status: z.enum(ORDER_STATUSES) }) });
const refundData = z.object({ data: z.object({ order_id: z.string(), refund_id: z.string() }) });
const settledData = z.object({ data: z.literal(true) });

/**
 * The promises that an exchange made to the client. A refusal, a business "no" and silence promise nothing.
 *
 * @returns undefined where the status says success, but the body does not fit the call
 */
export function promisesIn(exchange: Exchange): readonly ApiPromise[] | undefined {
  const { call, order_ids, idempotency_key, outcome } = exchange;
  if (outcome.kind !== 'answered' || outcome.http_status < 200 || outcome.http_status > 299) {
    return [];
  }
  const when = timeOf(exchange);
  switch (call) {
    case 'place':
    case 'cancel':
    case 'status': {
      const order = orderData.safeParse(outcome.body).data?.data;
      if (order === undefined) {
        return undefined;
      }
      const { order_id, status } = order;
      const shown: ApiPromise = { kind: 'status-shown', order_id, status, when };
      if (call === 'status') {
        return [shown];
      }
      if (call === 'cancel') {
        return [{ kind: 'cancellation-accepted', order_id, when }, shown];
      }
      const key = idempotency_key === undefined ? {} : { idempotency_key };
      return [{ kind: 'order-accepted', order_id, ...key, when }, shown];
    }
    case 'pay':
      if (!settledData.safeParse(outcome.body).success) {
        return undefined;
      }
      return order_ids.map((order_id) => ({ kind: 'payment-settled', order_id, when }));
    case 'refund': {
      const refund = refundData.safeParse(outcome.body).data?.data;
      return refund === undefined ? undefined : [{ kind: 'refund-accepted', ...refund, when }];
    }
    case 'abandon':
    case 'stocks':
      return [];
  }
}

function timeOf({ at, elapsed_ms }: Exchange): AnswerTime {
  const asked_at = Date.parse(at);
  return { asked_at, answered_at: asked_at + elapsed_ms };
}
