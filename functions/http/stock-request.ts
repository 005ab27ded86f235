import { randomUUID } from 'node:crypto';
import { v5 } from 'uuid';
import type * as z from 'zod';
import type { Item } from '../../proto/gen/inventory/v1/inventory.ts';
import { ServiceContractError } from '../common/errors.ts';
import type { itemStockSchema } from './contract/correct-stock.ts';
import { idempotencyKey } from './contract/place-order.ts';
import type { HttpRequest } from './http-request.ts';
import { readHeader } from './request-reading.ts';

/** Namespace of the request ids that are made from idempotency keys (RFC 9562, section 5.5). */
const NAMESPACE = 'b0c8a3f7-41c6-5c0e-a6f4-6c3b8f0d5e21';

/**
 * The id of a change of stock at the Inventory service. With an idempotency key it is a function of key and owner, so that a
 * repeated request changes the stock once.
 *
 * @throws InvalidRequestError for a key that is not valid
 */
export function stockRequestId(request: HttpRequest): string {
  const key = readHeader(request, 'Idempotency-Key', idempotencyKey);
  return key === undefined ? randomUUID() : v5(`${request.owner ?? ''}\n${key}`, NAMESPACE);
}

/** The stock of an item, as an operator sees it. @throws ServiceContractError where the service sent no item */
export function itemStock(item: Item | undefined): z.infer<typeof itemStockSchema> {
  if (item === undefined) {
    throw new ServiceContractError('the inventory answered without an item');
  }
  const { id, name, available, held, sold } = item;
  return { id, name, available, held, sold };
}
