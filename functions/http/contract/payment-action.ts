import * as z from 'zod';
import { orderId, paymentId } from './fields.ts';
import type { Operation } from './operation.ts';

const REFERENCE_RULE = 'must be 1 to 100 characters';
const DECISION_RULE = 'must be approve or refuse';

const action = {
  order_id: orderId,
  payment_id: paymentId,
  reference: z
    .string({ error: REFERENCE_RULE })
    .min(1, REFERENCE_RULE)
    .max(100, REFERENCE_RULE)
    .meta({ description: 'the secret in the action_url', example: 'ch_2f9c' }),
};

/** Query of `GET /payment/action`. */
export const paymentActionQuery = z.object(action);

/** Body of `POST /payment/action`, a form. */
export const paymentActionForm = z.object({
  ...action,
  decision: z.enum(['approve', 'refuse'], { error: DECISION_RULE }),
});

const ERROR_PAGES = ['CUSTOMER_ACTION_NOT_FOUND'] as const;
const PAGE = { status: 200, mediaType: 'text/html' } as const;
const ONLY_SIMULATED = 'Only where the simulated payment provider runs, on a laptop and on LocalStack; 404 elsewhere.';

/** `GET /payment/action`. */
export const showPaymentActionOperation: Operation = {
  id: 'showPaymentAction',
  tag: 'Payments',
  method: 'get',
  paths: ['/payment/action'],
  open: true,
  summary: 'The page on which a customer confirms a payment',
  description: `The simulated provider's page behind action_url, with the order and its amount. ${ONLY_SIMULATED}`,
  query: paymentActionQuery,
  success: PAGE,
  errors: ['INVALID_REQUEST', 'NO_SUCH_CALL', 'CUSTOMER_ACTION_NOT_FOUND', 'PAYMENT_UNAVAILABLE', 'ORDERS_UNAVAILABLE'],
  errorPages: ERROR_PAGES,
};

/** `POST /payment/action`. */
export const takePaymentActionOperation: Operation = {
  id: 'takePaymentAction',
  tag: 'Payments',
  method: 'post',
  paths: ['/payment/action'],
  open: true,
  summary: 'Approve or refuse a payment as its customer',
  description: `What the buttons of that page do. The provider then reports to /payment/events. ${ONLY_SIMULATED}`,
  body: {
    schema: paymentActionForm,
    mediaType: 'application/x-www-form-urlencoded',
    example: {
      order_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8',
      payment_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8',
      reference: 'ch_2f9c',
      decision: 'approve',
    },
  },
  success: PAGE,
  errors: [
    'INVALID_REQUEST',
    'NO_SUCH_CALL',
    'CUSTOMER_ACTION_NOT_FOUND',
    'BODY_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'PAYMENT_UNAVAILABLE',
    'ORDERS_UNAVAILABLE',
  ],
  errorPages: ERROR_PAGES,
};
