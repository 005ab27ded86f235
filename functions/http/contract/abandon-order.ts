import * as z from 'zod';
import { ORDER_STATUSES } from '../../orders/order-status.ts';
import { objectRule, orderId, reason } from './fields.ts';
import type { Operation } from './operation.ts';

/** Body of `POST /orders/abandon`. */
export const abandonOrderBody = z.strictObject(
  {
    order_id: orderId,
    reason: reason.meta({
      description: 'why, for operators; the customer does not read it',
      example: 'the item is not made any more',
    }),
  },
  { error: objectRule('the body must be a JSON object with order_id and reason') },
);

/** `POST /orders/abandon`. */
export const abandonOrderOperation: Operation = {
  id: 'abandonOrder',
  tag: 'Operating',
  method: 'post',
  paths: ['/orders/abandon'],
  roles: ['operator'],
  summary: 'Give a parked order up',
  description:
    'Gives up an order that needs attention, behind its payment too: its saga gives back the money and the stock, then the ' +
    'order is REJECTED. Repeated, it goes on where it broke off.',
  body: {
    schema: abandonOrderBody,
    example: { order_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8', reason: 'the item is not made any more' },
  },
  success: {
    status: 202,
    data: z.object({ order_id: z.uuid(), status: z.enum(ORDER_STATUSES), abandon_requested: z.literal(true) }),
    example: { order_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8', status: 'NEEDS_ATTENTION', abandon_requested: true },
  },
  errors: [
    'INVALID_REQUEST',
    'ORDER_NOT_FOUND',
    'ORDER_NOT_PARKED',
    'BODY_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'ORDERS_UNAVAILABLE',
    'SAGA_UNAVAILABLE',
  ],
};
