import * as z from 'zod';
import { EVENT_RESULTS } from '../../orders/provider-event.ts';
import { objectRule, orderId, paymentId } from './fields.ts';
import type { Operation } from './operation.ts';

const ID_RULE = 'must be 1 to 64 letters, digits or . _ : -';
const TYPES = ['payment.authorized', 'payment.declined'] as const;
const TYPE_RULE = `must be ${TYPES.join(' or ')}`;

/** The id of an event, from the header `webhook-id`. */
export const eventId = z
  .string({ error: ID_RULE })
  .regex(/^[A-Za-z0-9._:-]{1,64}$/, ID_RULE)
  .meta({ description: 'the id of the event, the same for each delivery', example: 'evt_5f0d2c9e' });

/** Body of `POST /payment/events`. Further fields are ignored: providers add some over time. */
export const paymentEventBody = z.object(
  {
    type: z.enum(TYPES, { error: TYPE_RULE }).meta({ description: 'what the provider says the customer decided' }),
    data: z.object(
      { order_id: orderId, payment_id: paymentId },
      { error: objectRule('must be an object with order_id and payment_id') },
    ),
  },
  { error: objectRule('the body must be a JSON object with type and data') },
);

/** An event of the payment provider. */
export type PaymentEvent = z.input<typeof paymentEventBody>;

const ORDER_ID = 'bdc38c99-c74d-4053-8897-7ea0dbd423f8';

/** `POST /payment/events`. */
export const paymentEventsOperation: Operation = {
  id: 'paymentEvents',
  tag: 'Payments',
  method: 'post',
  paths: ['/payment/events'],
  open: true,
  signed: true,
  summary: 'Take an event of the payment provider',
  description:
    'For the payment provider alone, which signs its events (Standard Webhooks). The event is a hint: the provider is asked ' +
    'what is true. It settles the order, or voids a payment that comes too late; result says which. The same event again ' +
    'has the same result. After 503, and after no answer, deliver it again.',
  headers: z.object({
    'webhook-id': eventId,
    'webhook-timestamp': z.string().meta({ description: 'seconds since the epoch; at most five minutes ago' }),
    'webhook-signature': z.string().meta({ description: 'v1, and the HMAC-SHA256 of id, timestamp and body' }),
  }),
  body: {
    schema: paymentEventBody,
    example: { type: 'payment.authorized', data: { order_id: ORDER_ID, payment_id: ORDER_ID } },
  },
  success: {
    status: 200,
    data: z.object({
      order_id: z.uuid(),
      result: z.enum(EVENT_RESULTS).meta({
        description:
          'PAID: the order is paid; DECLINED: the payment was refused; WAITING: the customer has not decided; VOIDED: the ' +
          'payment came too late and was undone; REFUNDED: its money was given back',
      }),
    }),
    example: { order_id: ORDER_ID, result: 'PAID' },
  },
  errors: [
    'INVALID_REQUEST',
    'UNAUTHENTICATED',
    'PAYMENT_NOT_FOUND',
    'PAYMENT_MISMATCH',
    'PROVIDER_EVENT_MISMATCH',
    'BODY_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'PAYMENT_PENDING',
    'PAYMENT_UNAVAILABLE',
    'ORDERS_UNAVAILABLE',
    'SAGA_UNAVAILABLE',
  ],
};
