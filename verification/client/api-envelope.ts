import * as z from 'zod';
import { ORDER_STATUSES } from '../../functions/orders/order-status.ts';
import { describeExchange } from '../answers/classification.ts';
import type { Exchange } from '../answers/exchange.ts';

const envelopeSchema = z.object({
  status: z.int(),
  success: z.boolean(),
  meta: z.looseObject({ code: z.string().optional() }).nullable(),
  data: z.unknown(),
});

/** The envelope of every answer of the API. */
export type ApiEnvelope = z.output<typeof envelopeSchema>;

/** The data of /orders/place and /orders/cancel. */
export const orderSummarySchema = z.object({ order_id: z.uuid(), status: z.enum(ORDER_STATUSES) });

/** The data of /orders/refund. */
export const acceptedRefundSchema = z.object({ refund_id: z.string(), order_id: z.uuid(), status: z.string() });

/** The data of /orders/status. */
export const orderViewSchema = orderSummarySchema.extend({
  reason_code: z.string().optional(),
  payment: z.object({ action_url: z.string().optional() }).optional(),
  refunds: z.array(z.object({ refund_id: z.string(), status: z.string() })).optional(),
  timeline: z.array(z.object({ at: z.string(), status: z.string(), what: z.string(), why: z.string().optional() })),
});

/** An order as /orders/status shows it. */
export type OrderView = z.output<typeof orderViewSchema>;

/** The data of /inventory/stocks. */
export const stockItemsSchema = z.array(z.object({ Id: z.string(), name: z.string(), count: z.int(), price: z.int() }));

/** One item of /inventory/stocks; the price in whole cents. */
export type StockItem = z.output<typeof stockItemsSchema>[number];

/**
 * The envelope of an answer, a refusal's included.
 *
 * @throws {Error} there was no answer, or it has no envelope that repeats its HTTP status
 */
export function envelopeOf(exchange: Exchange): ApiEnvelope {
  return envelopeFrom(exchange.outcome, describeExchange(exchange));
}

/**
 * The envelope of an outcome.
 *
 * @param described the request and its answer, for the error
 * @throws {Error} there was no answer, or it has no envelope that repeats its HTTP status
 */
export function envelopeFrom(outcome: Exchange['outcome'], described: string): ApiEnvelope {
  if (outcome.kind === 'unanswered') {
    throw new Error(`No answer: ${described}`);
  }
  const envelope = envelopeSchema.safeParse(outcome.body);
  if (!envelope.success) {
    throw new Error(`No envelope: ${described}`, { cause: envelope.error });
  }
  if (envelope.data.status !== outcome.http_status) {
    throw new Error(`The envelope says ${envelope.data.status}: ${described}`);
  }
  return envelope.data;
}
