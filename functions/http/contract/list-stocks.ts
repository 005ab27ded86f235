import * as z from 'zod';
import type { Operation } from './operation.ts';

/** An item as `GET /inventory/stocks` answers it. */
export const stockSchema = z.object({
  Id: z.string().meta({ description: 'the id of the item' }),
  name: z.string(),
  count: z.int().min(0).meta({ description: 'how many can be ordered now' }),
  price: z.int().min(0).meta({ description: 'the price of one in minor units of the currency (cents of USD)' }),
});

/** `GET /inventory/stocks`. */
export const listStocksOperation: Operation = {
  id: 'listStocks',
  tag: 'Stock',
  method: 'get',
  paths: ['/inventory/stocks', '/inventry/stocks'],
  summary: 'What can be ordered',
  description: 'All items with what is available of each, by item id. Prices are whole minor units (cents).',
  success: {
    status: 200,
    data: z.array(stockSchema),
    example: [{ Id: '0ec2fe2b-d061-43cd-a16e-672d2662e6fe', name: 'item1', count: 10, price: 1000 }],
  },
  errors: ['INVENTORY_UNAVAILABLE'],
};
