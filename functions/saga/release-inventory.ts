import * as z from 'zod';
import type { InventoryClient } from '../clients/inventory-client.ts';
import { ReservationCommittedError } from '../common/errors.ts';
import { inventory } from '../environment.ts';
import { createTask, type Task } from './task.ts';

/** Ends of an order whose money was given back behind the pivot (orders/resume-point.ts). */
const RETURNS_SOLD_STOCK: ReadonlySet<string> = new Set(['ABANDONED', 'PAYMENT_REFUNDED']);
/** The same for every try: the stock is returned once. */
const RETURN_ID = 'given-up';

const input = z.object({ reason: z.string() });

/**
 * Makes the task ReleaseInventory, the compensation of ReserveInventory. Where nothing is reserved yet, the release leaves a
 * tombstone: a reservation that arrives later is refused. Stock that is sold already is returned, where the order was given
 * up behind the pivot.
 *
 * The task throws ReservationCommittedError or RetryableError.
 */
export function createHandler(client: () => Pick<InventoryClient, 'release' | 'return'>): Task<Record<string, never>> {
  return createTask('ReleaseInventory', input, async ({ reason }, { orderId, traceparent }) => {
    const context = { orderId, traceparent };
    try {
      await client().release({ orderId, reason }, context);
    } catch (error) {
      if (!(error instanceof ReservationCommittedError && RETURNS_SOLD_STOCK.has(reason))) {
        throw error;
      }
      // No lines: all that the order still has.
      await client().return({ orderId, returnId: RETURN_ID, lines: [], reason }, context);
    }
    return {};
  });
}

/** The task ReleaseInventory. */
export const handler = createHandler(inventory);
