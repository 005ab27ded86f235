import * as z from 'zod';
import { objectRule, orderId, paymentId } from './fields.ts';
import type { Operation } from './operation.ts';

const MOST_PAYMENTS = 10;
const LIST_RULE = `must be a list of 1 to ${MOST_PAYMENTS} payments, such as [{"id": "…", "order_id": "…"}]`;

const payment = z.strictObject(
  { id: paymentId, order_id: orderId },
  { error: objectRule('must be an object with id and order_id') },
);

/** Body of `POST /payment/pay`. */
export const payBody = z.strictObject(
  {
    list: z
      .array(payment, { error: LIST_RULE })
      .min(1, LIST_RULE)
      .max(MOST_PAYMENTS, LIST_RULE)
      .refine((payments) => new Set(payments.map(({ order_id }) => order_id)).size === payments.length, {
        error: 'must name each order once',
      })
      .meta({ uniqueItems: true, description: 'the payments; each order once' }),
  },
  { error: objectRule('the body must be a JSON object with list') },
);

/** `POST /payment/pay`. */
export const payOperation: Operation = {
  id: 'pay',
  tag: 'Payments',
  method: 'post',
  paths: ['/payment/pay'],
  summary: 'Pay orders that wait for their payment',
  description:
    'Answers true once the money of every listed order is taken. Repeated with the same payment id, it finds out what ' +
    'became of the payment and answers the same. After a refusal, another payment id is a new attempt. Where the provider ' +
    'asks for the customer, meta.action_url says where they confirm the payment; it then settles the order by itself. With ' +
    'several payments of which some fail, meta.payments tells which.',
  body: {
    schema: payBody,
    example: {
      list: [{ id: '4c6c1b2e-3f0b-4f3e-9d9b-6a0f7a1f0a11', order_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8' }],
    },
  },
  success: { status: 200, data: z.literal(true), example: true },
  errors: [
    'INVALID_REQUEST',
    'PAYMENT_DECLINED',
    'INSUFFICIENT_FUNDS',
    'INVALID_PAYMENT_METHOD',
    'CUSTOMER_ACTION_REQUIRED',
    'ORDER_NOT_FOUND',
    'ORDER_NOT_PAYABLE',
    'PAYMENT_WINDOW_CLOSED',
    'PAYMENT_IN_PROGRESS',
    'PAYMENT_MISMATCH',
    'PAYMENT_VOIDED',
    'PAYMENT_REFUNDED',
    'BODY_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'PAYMENT_PENDING',
    'PAYMENT_UNAVAILABLE',
    'ORDERS_UNAVAILABLE',
    'SAGA_UNAVAILABLE',
  ],
};
