import type * as z from 'zod';
import type { Item, Reservation } from '../../proto/gen/inventory/v1/inventory.ts';
import type { CallContext } from '../clients/grpc-client.ts';
import type { InventoryClient } from '../clients/inventory-client.ts';
import { ServiceContractError } from '../common/errors.ts';
import { inventory } from '../environment.ts';
import { stockReportOperation, type stockReportSchema } from './contract/stock-report.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { respond } from './response.ts';
import { itemStock } from './stock-request.ts';

/** Dependencies of the endpoint. */
export interface StockReportDependencies {
  readonly inventory: Pick<InventoryClient, 'listItems' | 'listHolds'>;
}

type StockReport = z.infer<typeof stockReportSchema>;

const ITEMS_PAGE_SIZE = 1_000;
/** A response with more items would exceed Lambda's 6 MB. The catalogue is far smaller. */
const MAX_ITEM_PAGES = 20;
const MAX_HOLDS = 100;

/** Makes `GET /inventory/items`. */
export function createHandler(dependencies: () => StockReportDependencies): Endpoint {
  return createEndpoint(
    async ({ traceparent }) => {
      const client = dependencies().inventory;
      const [items, { reservations, nextPageToken }] = await Promise.all([
        allItems(client, { traceparent }),
        client.listHolds({ pageSize: MAX_HOLDS, pageToken: '' }, { traceparent }),
      ]);
      const holds = reservations
        .map(reportedHold)
        .toSorted((one, other) => one.held_since.localeCompare(other.held_since));
      const report: StockReport = { items: items.map(reportedItem), holds, more_holds: nextPageToken !== '' };
      return respond(200, report);
    },
    { roles: stockReportOperation.roles },
  );
}

async function allItems(client: Pick<InventoryClient, 'listItems'>, context: CallContext): Promise<readonly Item[]> {
  const items: Item[] = [];
  let pageToken = '';
  for (let page = 0; page < MAX_ITEM_PAGES; page += 1) {
    const answer = await client.listItems({ pageSize: ITEMS_PAGE_SIZE, pageToken }, context);
    items.push(...answer.items);
    pageToken = answer.nextPageToken;
    if (pageToken === '') {
      break;
    }
  }
  return items;
}

function reportedItem(item: Item): StockReport['items'][number] {
  if (item.unitPrice === undefined) {
    throw new ServiceContractError(`the inventory answered item ${item.id} without a price`);
  }
  const { minorUnits, currency } = item.unitPrice;
  return { ...itemStock(item), price: minorUnits, currency };
}

function reportedHold({ orderId, createdAt, expiresAt, lines }: Reservation): StockReport['holds'][number] {
  if (createdAt === undefined || expiresAt === undefined) {
    throw new ServiceContractError(`the inventory answered the hold of order ${orderId} without its times`);
  }
  return {
    order_id: orderId,
    held_since: createdAt.toISOString(),
    held_until: expiresAt.toISOString(),
    lines: lines.map(({ itemId, name, count }) => ({ id: itemId, name, count })),
  };
}

/** `GET /inventory/items`. */
export const handler = createHandler(() => ({ inventory: inventory() }));
