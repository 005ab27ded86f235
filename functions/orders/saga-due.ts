import { spreadKey } from '../common/spread-key.ts';
import type { Order } from './order.ts';

// Every writer of an open order says by when its saga must have written again. The reconciliation
// (functions/scheduled/reconcile-orders.ts) looks at the orders that passed this time. The state machine's own writes set
// the same attributes: 5 minutes after a reservation, 15 behind an authorization, none once the order is over or parked.

/** A placed order: its saga starts within seconds, or within a minute by the schedule. */
export const PLACEMENT_DUE_MS = 180_000;
/** After the end of the payment window, which the saga's own timer closes. */
export const WINDOW_DUE_MS = 30_000;
/** After a payment began to wait for its customer: the provider's event may be lost. */
export const CUSTOMER_ACTION_DUE_MS = 60_000;
/** After an accepted cancellation, which the saga is told of at once. */
export const CANCELLATION_DUE_MS = 30_000;

/** The attributes of an order whose saga must have written again by then. */
export function dueAfter(
  orderId: string,
  now: Date,
  afterMs: number,
): Required<Pick<Order, 'saga_due' | 'saga_due_at'>> {
  return { saga_due: spreadKey(orderId), saga_due_at: new Date(now.getTime() + afterMs).toISOString() };
}
