import * as z from 'zod';
import type { InventoryClient } from '../clients/inventory-client.ts';
import { inventory } from '../environment.ts';
import { createTask, type Task } from './task.ts';

/**
 * Makes the task CommitInventory: the stock that the order holds is sold. It runs behind the pivot, so it is retried until it
 * succeeds, and an expired hold is renewed from the free stock where there is enough.
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
