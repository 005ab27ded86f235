import * as z from 'zod';
import { MAX_PAGE_SIZE } from '../../orders/order-listing.ts';
import { ORDER_STATUSES } from '../../orders/order-status.ts';
import type { Operation } from './operation.ts';

const STATUS_RULE = `must be one of ${ORDER_STATUSES.join(', ')}`;
const REFUNDS_RULE = 'must be NEEDS_ATTENTION';
const TIME_RULE = 'must be a day or a time in UTC, such as 2026-11-28 or 2026-11-28T12:00:00Z';
const LIMIT_RULE = `must be a whole number from 1 to ${MAX_PAGE_SIZE}`;
const OWNER_RULE = 'must be 1 to 255 characters';
const CURSOR_RULE = 'must be the next_cursor of an answer to the same query';

const DEFAULT_LIMIT = 20;
const MAX_CURSOR_LENGTH = 2_048;

const time = z.union([z.iso.datetime(), z.iso.date()], { error: TIME_RULE });

/** Query of `GET /orders`. */
export const listOrdersQuery = z.object({
  status: z.enum(ORDER_STATUSES, { error: STATUS_RULE }).optional().meta({ description: 'only orders of this status' }),
  refunds: z
    .literal('NEEDS_ATTENTION', { error: REFUNDS_RULE })
    .optional()
    .meta({ description: 'only orders with a refund that waits for an operator; for operators only' }),
  from: time.optional().meta({ description: 'only orders placed at this time or later', example: '2026-11-28' }),
  to: time.optional().meta({ description: 'only orders placed before this time', example: '2026-11-29' }),
  owner: z
    .string({ error: OWNER_RULE })
    .min(1, OWNER_RULE)
    .max(255, OWNER_RULE)
    .optional()
    .meta({ description: 'only orders of this owner; a customer sees no others anyway' }),
  limit: z.coerce
    .number({ error: LIMIT_RULE })
    .int(LIMIT_RULE)
    .min(1, LIMIT_RULE)
    .max(MAX_PAGE_SIZE, LIMIT_RULE)
    .default(DEFAULT_LIMIT)
    .meta({ description: 'most orders of the page' }),
  cursor: z
    .string({ error: CURSOR_RULE })
    .min(1, CURSOR_RULE)
    .max(MAX_CURSOR_LENGTH, CURSOR_RULE)
    .optional()
    .meta({ description: 'next_cursor of the page before' }),
});

const listedOrderSchema = z.object({
  order_id: z.uuid(),
  status: z.enum(ORDER_STATUSES),
  amount: z
    .object({ value: z.int().meta({ description: 'minor units' }), currency: z.string().optional() })
    .optional()
    .meta({ description: 'known once the stock is reserved' }),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  reason: z.string().optional().meta({ description: 'why it ended as it did; of a parked order for operators only' }),
  owner: z.string().optional().meta({ description: 'for operators only' }),
  parked_step: z.string().optional().meta({ description: 'the step that waits for an operator; for operators only' }),
  refund_parked_step: z
    .string()
    .optional()
    .meta({ description: 'the step of a refund that waits for an operator; for operators only' }),
});

/** Data of a page. */
export const orderListSchema = z.object({
  orders: z.array(listedOrderSchema),
  next_cursor: z
    .string()
    .optional()
    .meta({ description: 'ask with it for the next page; absent at the end. A page before the end may be short' }),
});

/** `GET /orders`. */
export const listOrdersOperation: Operation = {
  id: 'listOrders',
  tag: 'Orders',
  method: 'get',
  paths: ['/orders'],
  summary: 'Find orders',
  description:
    'Orders in pages, the newest first. A customer sees the orders that it placed, an operator all of them. A cursor ' +
    'belongs to the query that it came from.',
  query: listOrdersQuery,
  success: {
    status: 200,
    data: orderListSchema,
    example: {
      orders: [
        {
          order_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8',
          status: 'CONFIRMED',
          amount: { value: 1000, currency: 'USD' },
          created_at: '2026-11-28T12:00:00.000Z',
          updated_at: '2026-11-28T12:00:01.000Z',
        },
      ],
      next_cursor: 'eyJmIjoi4oCmIn0',
    },
  },
  errors: ['INVALID_REQUEST', 'FORBIDDEN', 'ORDERS_UNAVAILABLE'],
};
