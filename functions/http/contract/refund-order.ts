import * as z from 'zod';
import { REFUND_STATUSES } from '../../orders/refunds/refund.ts';
import { itemId, objectRule, orderId, reason } from './fields.ts';
import type { Operation } from './operation.ts';
import { idempotencyKey } from './place-order.ts';

const AMOUNT_RULE = 'must be a whole number of minor units, from 1';
const COUNT_RULE = 'must be a whole number from 1 to 1,000,000';
const MAX_LINES = 50;
const LINES_RULE = `must be a list of 1 to ${MAX_LINES} lines, such as [{"id": "…", "count": 1}]`;

const line = z.strictObject(
  { id: itemId, count: z.int({ error: COUNT_RULE }).min(1, COUNT_RULE).max(1_000_000, COUNT_RULE) },
  { error: objectRule('must be an object with id and count') },
);

const lines = z
  .array(line, { error: LINES_RULE })
  .min(1, LINES_RULE)
  .max(MAX_LINES, LINES_RULE)
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, { error: 'must name each item once' })
  .transform((list) => list.map(({ id, count }) => ({ item_id: id, count })))
  .meta({ description: 'the pieces to refund, at the prices of the order; each item once', uniqueItems: true });

/** Body of `POST /orders/refund`. */
export const refundOrderBody = z
  .strictObject(
    {
      order_id: orderId,
      amount: z
        .int({ error: AMOUNT_RULE })
        .min(1, AMOUNT_RULE)
        .optional()
        .meta({ description: "how much to refund, in minor units of the order's currency" }),
      lines: lines.optional(),
      restock: z
        .boolean({ error: 'must be true or false' })
        .default(false)
        .meta({ description: 'whether the pieces can be sold again; with an amount they cannot' }),
      reason: reason.meta({
        description: 'why, for operators; the customer does not read it',
        example: 'one piece was broken',
      }),
    },
    { error: objectRule('the body must be a JSON object with order_id and reason') },
  )
  .refine(({ amount, lines: given }) => amount === undefined || given === undefined, {
    error: 'must not be together with lines: the lines have their prices',
    path: ['amount'],
  })
  .refine(({ amount, restock }) => amount === undefined || !restock, {
    error: 'needs lines, or a refund of all that is left: an amount does not say which pieces come back',
    path: ['restock'],
  });

/** Data of the answer. */
export const acceptedRefundSchema = z.object({
  refund_id: z.uuid(),
  order_id: z.uuid(),
  amount: z.object({ value: z.int().meta({ description: 'minor units' }), currency: z.string().optional() }),
  status: z.enum(REFUND_STATUSES),
});

/** `POST /orders/refund`. */
export const refundOrderOperation: Operation = {
  id: 'refundOrder',
  tag: 'Operating',
  method: 'post',
  paths: ['/orders/refund'],
  roles: ['operator'],
  summary: 'Refund an order',
  description:
    'Gives money of a confirmed order back: an amount, some of its lines, or all that is left. With restock the pieces can ' +
    'be sold again. Its saga does the work; /orders/status shows what became of it. Refunds never add up to more than was ' +
    'captured. With an Idempotency-Key a repeated request answers the same refund.',
  headers: z.object({ 'Idempotency-Key': idempotencyKey }),
  body: {
    schema: refundOrderBody,
    example: {
      order_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8',
      lines: [{ id: '0ec2fe2b-d061-43cd-a16e-672d2662e6fe', count: 1 }],
      restock: true,
      reason: 'sent back',
    },
  },
  success: {
    status: 202,
    data: acceptedRefundSchema,
    example: {
      refund_id: '6b0a2d0e-58a5-5d4c-9a57-1f0d3f1c7a55',
      order_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8',
      amount: { value: 1000, currency: 'USD' },
      status: 'REQUESTED',
    },
  },
  errors: [
    'INVALID_REQUEST',
    'ORDER_NOT_FOUND',
    'ORDER_NOT_REFUNDABLE',
    'REFUND_EXCEEDS_CAPTURED',
    'RETURN_EXCEEDS_SOLD',
    'TOO_MANY_REFUNDS',
    'IDEMPOTENCY_KEY_REUSED',
    'BODY_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'ORDERS_UNAVAILABLE',
  ],
};
