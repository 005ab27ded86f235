import * as z from 'zod';
import type { InventoryClient } from '../clients/inventory-client.ts';
import { inventory } from '../environment/inventory.ts';
import { createTask, type Task } from './task.ts';

/**
 * Makes the task CommitInventory: the held stock is sold.
 *
 * The task throws ReservationExpiredError, ReservationReleasedError, ReservationNotFoundError or RetryableError.
 */
export function createHandler(client: () => Pick<InventoryClient, 'commit'>): Task<Record<string, never>> {
  return createTask('CommitInventory', z.object({}), async (_input, { orderId, traceparent }) => {
    await client().commit({ orderId }, { orderId, traceparent });
    return {};
  });
}

/** The task CommitInventory. */
export const handler = createHandler(inventory);
