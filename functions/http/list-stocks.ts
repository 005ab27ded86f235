import type * as z from 'zod';
import type { Item } from '../../proto/gen/inventory/v1/inventory.ts';
import type { InventoryClient } from '../clients/inventory-client.ts';
import { ServiceContractError } from '../common/errors.ts';
import { inventory } from '../environment.ts';
import type { stockSchema } from './contract/list-stocks.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { respond } from './response.ts';

/** Dependencies of the endpoint. */
export interface ListStocksDependencies {
  readonly inventory: Pick<InventoryClient, 'listItems'>;
}

const PAGE_SIZE = 1_000;
/** A response with more items would exceed Lambda's 6 MB. The catalogue is far smaller. */
const MAX_PAGES = 20;

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
    } while (pageToken !== '' && pages < MAX_PAGES);
    return respond(200, stocks, { meta: pageToken === '' ? null : { incomplete: true } });
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
