import * as z from 'zod';
import { ORDER_STATUSES } from '../../orders/order-status.ts';
import { itemId, objectRule, paymentMethod } from './fields.ts';
import type { Operation } from './operation.ts';

const MOST_LINES = 50;
const MOST_PER_ITEM = 1_000_000;

const COUNT_RULE = 'must be a whole number from 1 to 1,000,000';
const LIST_RULE = `must be a list of 1 to ${MOST_LINES} lines, such as [{"id": "…", "count": 1}]`;
const WINDOW_RULE = 'must be a whole number of seconds from 1 to 86,400';
const KEY_RULE = 'must be 1 to 255 printable ASCII characters, no space first or last';

const line = z.strictObject(
  {
    id: itemId,
    count: z
      .int({ error: COUNT_RULE })
      .min(1, COUNT_RULE)
      .max(MOST_PER_ITEM, COUNT_RULE)
      .meta({ description: 'how many of it; lines of one item are added up, to 1,000,000 at most', example: 1 }),
  },
  { error: objectRule('must be an object with id and count') },
);

const payment = z.strictObject(
  {
    method: paymentMethod.optional(),
    window_seconds: z.int({ error: WINDOW_RULE }).min(1, WINDOW_RULE).max(86_400, WINDOW_RULE).optional().meta({
      description: 'how long an order waits for its payment, or for the customer to confirm it',
      example: 900,
    }),
  },
  { error: objectRule('must be an object with method, window_seconds or neither; or leave it out') },
);

/** Body of `POST /orders/place`. Lines of the same item are added up. */
export const placeOrderBody = z.strictObject(
  {
    list: z
      .array(line, { error: LIST_RULE })
      .min(1, LIST_RULE)
      .max(MOST_LINES, LIST_RULE)
      .transform((lines, context) => {
        const counts = new Map<string, number>();
        for (const { id, count } of lines) {
          counts.set(id, (counts.get(id) ?? 0) + count);
        }
        for (const [id, count] of counts) {
          if (count > MOST_PER_ITEM) {
            context.addIssue(`orders ${count} of item ${id} in all; 1,000,000 is the most`);
          }
        }
        return [...counts].map(([item_id, count]) => ({ item_id, count }));
      }),
    payment: payment.optional(),
  },
  { error: objectRule('the body must be a JSON object with list') },
);

/** Header of `POST /orders/place` that makes a repeated request name the same order. */
export const idempotencyKey = z
  .string()
  .max(255, KEY_RULE)
  .regex(/^[!-~]([ -~]*[!-~])?$/, KEY_RULE)
  .optional()
  .meta({ description: 'the same key and body again answer the same order', example: 'cart-4711' });

const PLACED_ORDER = '$response.body#/data/order_id';

/** `POST /orders/place`. */
export const placeOrderOperation: Operation = {
  id: 'placeOrder',
  tag: 'Orders',
  method: 'post',
  paths: ['/orders/place'],
  summary: 'Place an order',
  description:
    'Accepts the order and starts its saga; the outcome is found at /orders/status. Without payment.method the order ' +
    'waits for /payment/pay. Where the provider asks the customer to confirm the payment, the order waits for that, and ' +
    'its status has payment.action_url. With an Idempotency-Key a repeated request answers the same order.',
  headers: z.object({ 'Idempotency-Key': idempotencyKey }),
  body: {
    schema: placeOrderBody,
    example: {
      list: [
        { id: '0ec2fe2b-d061-43cd-a16e-672d2662e6fe', count: 1 },
        { id: '154ffd4d-ac59-4819-a2fc-194faf1b92ba', count: 2 },
      ],
      payment: { method: 'tok_visa' },
    },
  },
  success: {
    status: 202,
    data: z.object({ order_id: z.uuid(), status: z.enum(ORDER_STATUSES) }),
    example: { order_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8', status: 'PENDING' },
    links: {
      status: {
        operationId: 'orderStatus',
        description: 'what has become of the order',
        parameters: { order_id: PLACED_ORDER },
      },
      cancel: { operationId: 'cancelOrder', description: 'cancel the order', requestBody: { order_id: PLACED_ORDER } },
      pay: {
        operationId: 'pay',
        description: 'pay an order without a payment method',
        requestBody: { list: [{ id: 'payment-1', order_id: PLACED_ORDER }] },
      },
    },
  },
  errors: [
    'INVALID_REQUEST',
    'IDEMPOTENCY_KEY_REUSED',
    'BODY_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'OVERLOADED',
    'SAGA_UNAVAILABLE',
    'ORDERS_UNAVAILABLE',
  ],
};
