import type * as z from 'zod';
import type { Item } from '../../proto/gen/inventory/v1/inventory.ts';
import type { InventoryClient } from '../clients/inventory-client.ts';
import { answer } from '../common/envelope.ts';
import { ServiceContractError } from '../common/errors.ts';
import { inventory } from '../environment/inventory.ts';
import type { stockSchema } from './contract/list-stocks.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';

/** What the endpoint works with. */
export interface ListStocksDependencies {
  readonly inventory: Pick<InventoryClient, 'listItems'>;
}

const PAGE_SIZE = 1_000;
/** An answer with more items would not pass through a Lambda (6 MB); the catalogue is far smaller. */
const MOST_PAGES = 20;

/** Makes `GET /inventory/stocks`. */
export function createHandler(dependencies: () => ListStocksDependencies): Endpoint {
  return createEndpoint(async ({ traceparent }) => {
    const client = dependencies().inventory;
    const stocks: z.infer<typeof stockSchema>[] = [];
    let pageToken = '';
    let pages = 0;
    do {
      const page = await client.listItems({ pageSize: PAGE_SIZE, pageToken }, { traceparent });
      stocks.push(...page.items.map(stock));
      pageToken = page.nextPageToken;
      pages += 1;
    } while (pageToken !== '' && pages < MOST_PAGES);
    return answer(200, stocks, { meta: pageToken === '' ? null : { incomplete: true } });
  });
}

function stock({ id, name, available, unitPrice }: Item): z.infer<typeof stockSchema> {
  if (unitPrice === undefined) {
    throw new ServiceContractError(`the inventory answered item ${id} without a price`);
  }
  return { Id: id, name, count: available, price: unitPrice.minorUnits };
}

/** `GET /inventory/stocks`. */
export const handler = createHandler(() => ({ inventory: inventory() }));
