import * as z from 'zod';
import type { InventoryClient } from '../clients/inventory-client.ts';
import { inventory } from '../environment.ts';
import { createTask, type Task } from './task.ts';

const input = z.object({ reason: z.string() });

/**
 * Makes the task ReleaseInventory, the compensation of ReserveInventory. Where nothing is reserved yet, the release leaves a
 * tombstone: a reservation that arrives later is refused.
 *
 * The task throws ReservationCommittedError or RetryableError.
 */
export function createHandler(client: () => Pick<InventoryClient, 'release'>): Task<Record<string, never>> {
  return createTask('ReleaseInventory', input, async ({ reason }, { orderId, traceparent }) => {
    await client().release({ orderId, reason }, { orderId, traceparent });
    return {};
  });
}

/** The task ReleaseInventory. */
export const handler = createHandler(inventory);
