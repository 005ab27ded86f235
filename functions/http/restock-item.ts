import type { InventoryClient } from '../clients/inventory-client.ts';
import { InvalidTaskInputError, ItemNotFoundError } from '../common/errors.ts';
import { inventory } from '../environment.ts';
import { restockBody, restockOperation } from './contract/correct-stock.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { readBody } from './request-reading.ts';
import { respond } from './response.ts';
import { itemStock, stockRequestId } from './stock-request.ts';

/** Dependencies of the endpoint. */
export interface RestockItemDependencies {
  readonly inventory: Pick<InventoryClient, 'restock'>;
}

/** Makes `POST /inventory/restock`. */
export function createHandler(dependencies: () => RestockItemDependencies): Endpoint {
  return createEndpoint(
    async (request) => {
      const { id, count, reason } = readBody(request, restockBody);
      const requestId = stockRequestId(request);
      request.log.add({ item_id: id, stock_request_id: requestId });
      try {
        const item = await dependencies().inventory.restock(
          { requestId, itemId: id, count, name: '', unitPrice: undefined },
          { traceparent: request.traceparent },
        );
        request.log.info('restocked', { count, reason, by: request.owner });
        return respond(200, itemStock(item));
      } catch (error) {
        // The service takes a restock without name and price of items that it has, and the rest was checked here.
        if (error instanceof InvalidTaskInputError) {
          throw new ItemNotFoundError(`there is no item ${id}`, { cause: error });
        }
        throw error;
      }
    },
    { roles: restockOperation.roles },
  );
}

/** `POST /inventory/restock`. */
export const handler = createHandler(() => ({ inventory: inventory() }));
