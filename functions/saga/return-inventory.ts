import * as z from 'zod';
import type { InventoryClient } from '../clients/inventory-client.ts';
import { inventory } from '../environment.ts';
import { createTask, type Task } from './task.ts';

const input = z.object({
  refund_id: z.string().min(1),
  // The service takes no lines for all that the order has.
  lines: z.array(z.object({ item_id: z.string().min(1), count: z.int().min(1) })).min(1),
  reason: z.string(),
});

/**
 * Makes the task ReturnInventory of the refund saga: sold pieces of the order are available again. A repeat returns them once.
 *
 * The task throws ReturnExceedsSoldError, TooManyReturnsError, ReservationNotCommittedError, ReservationNotFoundError,
 * ReturnMismatchError or RetryableError.
 */
export function createHandler(client: () => Pick<InventoryClient, 'return'>): Task<Record<string, never>> {
  return createTask('ReturnInventory', input, async ({ refund_id, lines, reason }, { orderId, traceparent }) => {
    await client().return(
      {
        orderId,
        returnId: refund_id,
        lines: lines.map(({ item_id, count }) => ({ itemId: item_id, count })),
        reason,
      },
      { orderId, traceparent },
    );
    return {};
  });
}

/** The task ReturnInventory. */
export const handler = createHandler(inventory);
