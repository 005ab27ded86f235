import type { InventoryClient } from '../clients/inventory-client.ts';
import { inventory } from '../environment.ts';
import { correctBody, correctOperation } from './contract/correct-stock.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { readBody } from './request-reading.ts';
import { respond } from './response.ts';
import { itemStock, stockRequestId } from './stock-request.ts';

/** Dependencies of the endpoint. */
export interface CorrectItemDependencies {
  readonly inventory: Pick<InventoryClient, 'correct'>;
}

/** Longest name that the Inventory service keeps, in characters; the subject of a token may be longer. */
const MAX_NAME_LENGTH = 200;

/** Makes `POST /inventory/correct`. The Inventory service keeps who corrected what, why and when. */
export function createHandler(dependencies: () => CorrectItemDependencies): Endpoint {
  return createEndpoint(
    async (request) => {
      const { id, count, reason } = readBody(request, correctBody);
      const requestId = stockRequestId(request);
      request.log.add({ item_id: id, stock_request_id: requestId });
      const { item, previousAvailable } = await dependencies().inventory.correct(
        {
          requestId,
          itemId: id,
          available: count,
          reason,
          correctedBy: (request.owner ?? '').slice(0, MAX_NAME_LENGTH),
        },
        { traceparent: request.traceparent },
      );
      request.log.info('stock corrected', { from: previousAvailable, to: count, reason, by: request.owner });
      return respond(200, { ...itemStock(item), previous_available: previousAvailable });
    },
    { roles: correctOperation.roles },
  );
}

/** `POST /inventory/correct`. */
export const handler = createHandler(() => ({ inventory: inventory() }));
