import * as z from 'zod';
import { objectRule, orderId } from './fields.ts';
import type { Operation } from './operation.ts';

/** Most orders of one request. */
export const MAX_REDRIVES = 100;

const IDS_RULE = `must be a list of 1 to ${MAX_REDRIVES} order ids`;
const STEP_RULE = 'must be the name of a step, such as CommitInventory';
const BODY_RULE = 'the body must be a JSON object with order_ids or with parked_step';

/** Body of `POST /orders/redrive`. */
export const redriveBody = z.union(
  [
    z.strictObject({
      order_ids: z
        .array(orderId, { error: IDS_RULE })
        .min(1, IDS_RULE)
        .max(MAX_REDRIVES, IDS_RULE)
        .transform((ids) => [...new Set(ids)])
        .meta({ description: 'the orders' }),
    }),
    z.strictObject({
      parked_step: z
        .string({ error: STEP_RULE })
        .regex(/^[A-Za-z]{1,80}$/, STEP_RULE)
        .meta({ description: 'all orders that are parked, or have a refund that is parked, at this step' }),
    }),
  ],
  { error: objectRule(BODY_RULE) },
);

/** Data of the answer. */
export const redriveSchema = z.object({
  redriven: z.array(z.uuid()).meta({ description: 'go on; look at their status for what becomes of them' }),
  refused: z.array(z.object({ order_id: z.uuid(), why: z.string().meta({ description: 'a sentence' }) })),
});

/** `POST /orders/redrive`. */
export const redriveOrdersOperation: Operation = {
  id: 'redriveOrders',
  tag: 'Operating',
  method: 'post',
  paths: ['/orders/redrive'],
  roles: ['operator'],
  summary: 'Carry parked orders on',
  description:
    'Redrives the sagas of orders that need attention, and of refunds that do, once the cause is mended. An order whose execution is gone goes on in ' +
    `a further one. A redrive that cannot help is refused with the reason. At most ${MAX_REDRIVES} orders a request; meta.more ` +
    'is true where more are parked at the step. By step, orders that no redrive helps do not count; up to as many are refused too.',
  body: { schema: redriveBody, example: { order_ids: ['bdc38c99-c74d-4053-8897-7ea0dbd423f8'] } },
  success: {
    status: 202,
    data: redriveSchema,
    example: {
      redriven: ['bdc38c99-c74d-4053-8897-7ea0dbd423f8'],
      refused: [{ order_id: '0f1c2d3e-6c1f-4b0a-9a55-0b5d7f1f2a10', why: 'it is CONFIRMED, not parked' }],
    },
  },
  errors: ['INVALID_REQUEST', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'ORDERS_UNAVAILABLE', 'SAGA_UNAVAILABLE'],
};
