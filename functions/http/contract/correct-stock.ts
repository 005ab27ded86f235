import * as z from 'zod';
import { itemId, objectRule, reason } from './fields.ts';
import type { Operation } from './operation.ts';
import { idempotencyKey } from './place-order.ts';

const ADDED_RULE = 'must be a whole number from 1 to 1,000,000,000';
const AVAILABLE_RULE = 'must be a whole number from 0 to 1,000,000,000';
const MOST = 1_000_000_000;

const described = reason.meta({ description: 'why, for those who look at it later', example: 'delivery of Friday' });

/** Body of `POST /inventory/restock`. */
export const restockBody = z.strictObject(
  {
    id: itemId,
    count: z.int({ error: ADDED_RULE }).min(1, ADDED_RULE).max(MOST, ADDED_RULE).meta({ description: 'how many came' }),
    reason: described,
  },
  { error: objectRule('the body must be a JSON object with id, count and reason') },
);

/** Body of `POST /inventory/correct`. */
export const correctBody = z.strictObject(
  {
    id: itemId,
    count: z
      .int({ error: AVAILABLE_RULE })
      .min(0, AVAILABLE_RULE)
      .max(MOST, AVAILABLE_RULE)
      .meta({ description: 'how many can be ordered from now on; 0 withdraws the item' }),
    reason: described,
  },
  { error: objectRule('the body must be a JSON object with id, count and reason') },
);

const count = z.int().min(0);

/** The stock of one item, as an operator sees it. */
export const itemStockSchema = z.object({
  id: z.string(),
  name: z.string(),
  available: count.meta({ description: 'can be ordered now' }),
  held: count.meta({ description: 'held for orders that are not confirmed yet' }),
  sold: count,
  previous_available: count.optional().meta({ description: 'what was available right before the correction' }),
});

const headers = z.object({ 'Idempotency-Key': idempotencyKey });

/** `POST /inventory/restock`. */
export const restockOperation: Operation = {
  id: 'restockItem',
  tag: 'Stock',
  method: 'post',
  paths: ['/inventory/restock'],
  roles: ['operator'],
  summary: 'Add stock of an item',
  description: 'Adds what came to what is available. With an Idempotency-Key a repeated request adds it once.',
  headers,
  body: {
    schema: restockBody,
    example: { id: '0ec2fe2b-d061-43cd-a16e-672d2662e6fe', count: 100, reason: 'delivery of Friday' },
  },
  success: {
    status: 200,
    data: itemStockSchema,
    example: { id: '0ec2fe2b-d061-43cd-a16e-672d2662e6fe', name: 'item1', available: 110, held: 2, sold: 8 },
  },
  errors: [
    'INVALID_REQUEST',
    'ITEM_NOT_FOUND',
    'RESTOCK_MISMATCH',
    'BODY_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'INVENTORY_UNAVAILABLE',
  ],
};

/** `POST /inventory/correct`. */
export const correctOperation: Operation = {
  id: 'correctItem',
  tag: 'Stock',
  method: 'post',
  paths: ['/inventory/correct'],
  roles: ['operator'],
  summary: 'Set what is available of an item',
  description:
    'Sets what can be ordered, after a count found more or less. What is held or sold stays so. With an Idempotency-Key a ' +
    'repeated request corrects once.',
  headers,
  body: {
    schema: correctBody,
    example: { id: '0ec2fe2b-d061-43cd-a16e-672d2662e6fe', count: 7, reason: 'three were broken' },
  },
  success: {
    status: 200,
    data: itemStockSchema,
    example: {
      id: '0ec2fe2b-d061-43cd-a16e-672d2662e6fe',
      name: 'item1',
      available: 7,
      held: 2,
      sold: 8,
      previous_available: 10,
    },
  },
  errors: [
    'INVALID_REQUEST',
    'ITEM_NOT_FOUND',
    'CORRECTION_MISMATCH',
    'BODY_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'INVENTORY_UNAVAILABLE',
  ],
};
