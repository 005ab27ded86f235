import * as z from 'zod';
import { ORDER_STATUSES } from '../../orders/order-status.ts';
import { REFUND_STATUSES } from '../../orders/refunds/refund.ts';
import { orderId } from './fields.ts';
import type { Operation } from './operation.ts';

/** Query of `GET /orders/status`. */
export const orderStatusQuery = z.object({ order_id: orderId });

const time = z.iso.datetime();

const money = z.object({ value: z.int().meta({ description: 'minor units' }), currency: z.string().optional() });

const refundView = z.object({
  refund_id: z.string(),
  amount: money,
  status: z.enum(REFUND_STATUSES).meta({ description: 'a customer reads REQUESTED until the refund has ended' }),
  lines: z.array(z.object({ id: z.string(), count: z.int() })).optional(),
  requested_at: time,
  ended_at: time.optional(),
  restock: z.boolean().optional().meta({ description: 'the pieces can be sold again; for operators only' }),
  stock_returned: z.boolean().optional().meta({ description: 'the pieces came back; for operators only' }),
  reason: z.string().optional().meta({ description: 'why, in the words of the operator; for operators only' }),
  requested_by: z.string().optional().meta({ description: 'for operators only' }),
  code: z.string().optional().meta({ description: 'why it was declined; for operators only' }),
  parked_step: z.string().optional().meta({ description: 'the step that waits for an operator; for operators only' }),
  parked_reason: z.string().optional().meta({ description: 'why it waits; for operators only' }),
});

/** An order as `GET /orders/status` answers it. */
export const orderStatusSchema = z.object({
  order_id: z.uuid(),
  status: z.enum(ORDER_STATUSES),
  lines: z.array(
    z.object({
      id: z.string(),
      name: z.string().optional().meta({ description: 'known once the stock is reserved' }),
      count: z.int(),
      unit_price: z.int().optional().meta({ description: 'minor units; known once the stock is reserved' }),
    }),
  ),
  amount: money.optional().meta({ description: 'the sum; known once the stock is reserved' }),
  payment: z.object({
    kind: z.enum(['METHOD_GIVEN', 'PAY_LATER']),
    payment_id: z.string().optional().meta({ description: 'the payment that has claimed or paid the order' }),
    action_url: z
      .string()
      .optional()
      .meta({ description: 'where the customer confirms a payment, while the provider waits for that' }),
    due_at: time.optional().meta({ description: 'until when an order that waits for its payment can be paid' }),
  }),
  refunds: z.array(refundView).optional().meta({ description: 'the oldest first; absent where there are none' }),
  refunded: money.optional().meta({ description: 'what was given back so far; absent where no refund was asked for' }),
  timeline: z.array(
    z.object({ at: time, status: z.enum(ORDER_STATUSES), what: z.string(), why: z.string().optional() }),
  ),
  reason_code: z.string().optional().meta({ description: 'why the order was rejected, cancelled or expired' }),
  reason: z.string().optional().meta({ description: 'the same for people; of a parked order for operators only' }),
  owner: z.string().optional().meta({ description: 'who placed the order; for operators only' }),
  parked_step: z.string().optional().meta({ description: 'the step that waits for an operator; for operators only' }),
  cancel_requested: z.boolean().optional(),
  created_at: time,
  updated_at: time,
});

/** `GET /orders/status`. */
export const orderStatusOperation: Operation = {
  id: 'orderStatus',
  tag: 'Orders',
  method: 'get',
  paths: ['/orders/status'],
  summary: 'What has become of an order',
  description:
    'The order with its lines, its amount and a timeline of what happened and why. Retry-After says when to ask again for an order ' +
    'that moves on by itself, but has not for a second or more.',
  query: orderStatusQuery,
  success: {
    status: 200,
    data: orderStatusSchema,
    headers: z.object({
      'Retry-After': z.string().optional().meta({
        description: 'seconds until the order is worth another look; absent where there is nothing to wait for',
      }),
    }),
    example: {
      order_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8',
      status: 'RESERVED',
      lines: [{ id: '0ec2fe2b-d061-43cd-a16e-672d2662e6fe', name: 'item1', count: 1, unit_price: 1000 }],
      amount: { value: 1000, currency: 'USD' },
      payment: { kind: 'METHOD_GIVEN' },
      timeline: [
        { at: '2026-11-22T12:00:00.000Z', status: 'PENDING', what: 'order placed' },
        { at: '2026-11-22T12:00:00.100Z', status: 'RESERVED', what: 'stock reserved' },
      ],
      created_at: '2026-11-22T12:00:00.000Z',
      updated_at: '2026-11-22T12:00:00.100Z',
    },
  },
  errors: ['INVALID_REQUEST', 'ORDER_NOT_FOUND', 'ORDERS_UNAVAILABLE'],
};
