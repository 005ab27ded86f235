import * as z from 'zod';
import { itemStockSchema } from './correct-stock.ts';
import type { Operation } from './operation.ts';

/** Data of `GET /inventory/items`. */
export const stockReportSchema = z.object({
  items: z.array(
    itemStockSchema.omit({ previous_available: true }).extend({
      price: z.int().min(0).meta({ description: 'the price of one in minor units of the currency' }),
      currency: z.string(),
    }),
  ),
  holds: z
    .array(
      z.object({
        order_id: z.string(),
        held_since: z.iso.datetime(),
        held_until: z.iso.datetime(),
        lines: z.array(z.object({ id: z.string(), name: z.string(), count: z.int() })),
      }),
    )
    .meta({
      description:
        'what is held for orders that are not confirmed yet, the oldest first: the 100 that run out first, where there are more',
    }),
  more_holds: z.boolean().meta({ description: 'true where there are more holds than these' }),
});

/** `GET /inventory/items`. */
export const stockReportOperation: Operation = {
  id: 'stockReport',
  tag: 'Stock',
  method: 'get',
  paths: ['/inventory/items'],
  roles: ['operator'],
  summary: 'Where the stock is',
  description: 'What is available, held and sold of every item, and the orders for which stock is held.',
  success: {
    status: 200,
    data: stockReportSchema,
    example: {
      items: [
        {
          id: '0ec2fe2b-d061-43cd-a16e-672d2662e6fe',
          name: 'item1',
          available: 10,
          held: 2,
          sold: 8,
          price: 1000,
          currency: 'USD',
        },
      ],
      holds: [
        {
          order_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8',
          held_since: '2026-11-28T12:00:00.000Z',
          held_until: '2026-11-28T12:45:00.000Z',
          lines: [{ id: '0ec2fe2b-d061-43cd-a16e-672d2662e6fe', name: 'item1', count: 2 }],
        },
      ],
      more_holds: false,
    },
  },
  errors: ['INVENTORY_UNAVAILABLE'],
};
