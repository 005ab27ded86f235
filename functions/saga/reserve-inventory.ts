import * as z from 'zod';
import type { InventoryClient } from '../clients/inventory-client.ts';
import { ServiceContractError } from '../common/errors.ts';
import { inventory } from '../environment.ts';
import { createTask, type Task } from './task.ts';

/** The task's result. */
export interface ReservedStock {
  readonly amount_minor: number;
  readonly currency: string;
  readonly lines: readonly {
    readonly item_id: string;
    readonly name: string;
    readonly count: number;
    readonly unit_price_minor: number;
  }[];
  /** ISO 8601. */
  readonly expires_at: string;
}

const input = z.object({
  lines: z.array(z.object({ item_id: z.string().min(1), count: z.int().min(1) })).min(1),
  hold_seconds: z.int().min(1),
});

/**
 * Makes the task ReserveInventory: it holds all lines or none. A repeat extends the hold.
 *
 * The task throws OutOfStockError, ItemNotFoundError, ReservationReleasedError, ReservationExpiredError,
 * ReservationMismatchError, ReservationCommittedError or RetryableError.
 */
export function createHandler(client: () => Pick<InventoryClient, 'reserve'>): Task<ReservedStock> {
  return createTask('ReserveInventory', input, async ({ lines, hold_seconds }, { orderId, traceparent }) => {
    const reservation = await client().reserve(
      {
        orderId,
        lines: lines.map(({ item_id, count }) => ({ itemId: item_id, count })),
        holdSeconds: hold_seconds,
      },
      { orderId, traceparent },
    );
    const { total, expiresAt } = reservation;
    if (total === undefined || expiresAt === undefined) {
      throw new ServiceContractError('the inventory answered a reservation without its total or its end');
    }
    return {
      amount_minor: total.minorUnits,
      currency: total.currency,
      lines: reservation.lines.map(({ itemId, name, count, unitPrice }) => {
        if (unitPrice === undefined) {
          throw new ServiceContractError(`the inventory answered ${itemId} without a price`);
        }
        return { item_id: itemId, name, count, unit_price_minor: unitPrice.minorUnits };
      }),
      expires_at: expiresAt.toISOString(),
    };
  });
}

/** The task ReserveInventory. */
export const handler = createHandler(inventory);
