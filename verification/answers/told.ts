import * as z from 'zod';
import type { AnswerTime, ApiAnswer } from '../invariants/api-answer.ts';
import { orderStatuses } from '../invariants/order-status.ts';
import type { Exchange } from './exchange.ts';

const orderData = z.object({ data: z.object({ order_id: z.string(), status: z.enum(orderStatuses) }) });
const settledData = z.object({ data: z.literal(true) });

/**
 * What an exchange promised the client: nothing for a refusal, a "no" or no answer at all; undefined where the answer says
 * that all is well but has not the shape of its call.
 */
export function toldBy(exchange: Exchange): readonly ApiAnswer[] | undefined {
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
      const told: ApiAnswer = { kind: 'status-told', order_id, status, when };
      if (call === 'status') {
        return [told];
      }
      if (call === 'cancel') {
        return [{ kind: 'cancellation-accepted', order_id, when }, told];
      }
      const key = idempotency_key === undefined ? {} : { idempotency_key };
      return [{ kind: 'order-accepted', order_id, ...key, when }, told];
    }
    case 'pay':
      if (!settledData.safeParse(outcome.body).success) {
        return undefined;
      }
      return order_ids.map((order_id) => ({ kind: 'payment-settled', order_id, when }));
    case 'stocks':
      return [];
  }
}

function timeOf({ at, elapsed_ms }: Exchange): AnswerTime {
  const asked_at = Date.parse(at);
  return { asked_at, answered_at: asked_at + elapsed_ms };
}
