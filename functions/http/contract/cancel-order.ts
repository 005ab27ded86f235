import * as z from 'zod';
import { ORDER_STATUSES } from '../../orders/order-status.ts';
import { objectRule, orderId } from './fields.ts';
import type { Operation } from './operation.ts';

/** Body of `POST /orders/cancel`. */
export const cancelOrderBody = z.strictObject(
  { order_id: orderId },
  { error: objectRule('the body must be a JSON object with order_id') },
);

/** `POST /orders/cancel`. */
export const cancelOrderOperation: Operation = {
  id: 'cancelOrder',
  tag: 'Orders',
  method: 'post',
  paths: ['/orders/cancel'],
  summary: 'Cancel an order',
  description:
    'Cancels the order while no payment has begun. Once accepted, the order will not be paid; its saga undoes what was ' +
    'done and ends it. Repeated, it answers the same.',
  body: { schema: cancelOrderBody, example: { order_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8' } },
  success: {
    status: 202,
    data: z.object({ order_id: z.uuid(), status: z.enum(ORDER_STATUSES), cancel_requested: z.literal(true) }),
    example: { order_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8', status: 'AWAITING_PAYMENT', cancel_requested: true },
  },
  errors: [
    'INVALID_REQUEST',
    'ORDER_NOT_FOUND',
    'ORDER_NOT_CANCELLABLE',
    'BODY_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'ORDERS_UNAVAILABLE',
    'SAGA_UNAVAILABLE',
  ],
};
