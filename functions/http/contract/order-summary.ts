import * as z from 'zod';
import { ORDER_STATUSES } from '../../orders/order-status.ts';
import type { Operation } from './operation.ts';

const count = z.int().min(0);
const minorUnits = z.int().meta({ description: 'minor units' });

/** Data of `GET /orders/summary`. */
export const orderSummarySchema = z.object({
  by_status: z.record(z.enum(ORDER_STATUSES), count).meta({ description: 'how many orders have each status' }),
  money: z.array(
    z.object({
      currency: z.string(),
      authorized: minorUnits.meta({ description: 'set aside and not taken' }),
      captured: minorUnits.meta({ description: 'ever taken' }),
      refunded: minorUnits.meta({ description: 'given back' }),
    }),
  ),
  attention: z.object({
    count: count.meta({ description: 'orders that wait for an operator' }),
    refunds: count.meta({ description: 'orders with a refund that waits for an operator' }),
    oldest_at: z.iso.datetime().optional().meta({ description: 'when the oldest of them was placed' }),
  }),
  overdue: z
    .object({
      count: count.meta({ description: 'how many there are; 100 stands for more' }),
      oldest_at: z.iso
        .datetime()
        .optional()
        .meta({ description: 'by when the saga of the first one should have moved it' }),
    })
    .meta({
      description:
        'open orders, and refunds, that did not park and should have moved two minutes ago; more than 0 for long shows ' +
        'that the reconciliation does not run',
    }),
});

/** `GET /orders/summary`. */
export const orderSummaryOperation: Operation = {
  id: 'orderSummary',
  tag: 'Operating',
  method: 'get',
  paths: ['/orders/summary'],
  roles: ['operator'],
  summary: 'How the orders stand',
  description:
    'How many orders have each status, the money of all orders by currency, the orders that wait for an operator, and ' +
    'those that should have moved and have not. The counters follow the orders within seconds.',
  success: {
    status: 200,
    data: orderSummarySchema,
    example: {
      by_status: {
        PENDING: 0,
        RESERVED: 0,
        AWAITING_PAYMENT: 2,
        AUTHORIZED: 0,
        PAID: 0,
        CONFIRMED: 41,
        REJECTED: 3,
        CANCELLED: 1,
        EXPIRED: 0,
        NEEDS_ATTENTION: 1,
      },
      money: [{ currency: 'USD', authorized: 0, captured: 125_000, refunded: 1_000 }],
      attention: { count: 1, refunds: 0, oldest_at: '2026-11-28T12:00:00.000Z' },
      overdue: { count: 0 },
    },
  },
  errors: ['ORDERS_UNAVAILABLE'],
};
