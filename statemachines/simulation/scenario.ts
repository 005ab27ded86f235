import type { Fault } from './fault.ts';
import type { Weakness } from './weakness.ts';

/** What one customer orders. All customers want the same item, so that they contend for it. */
export interface OrderPlan {
  readonly count: number;
  /** null: pays later, or never. */
  readonly method: 'tok_visa' | 'tok_declined' | null;
}

/** Something a customer does after having placed an order. */
export interface CustomerAction {
  readonly kind: 'pay' | 'pay declined' | 'cancel';
  /** Which order: taken modulo the number of orders. */
  readonly order: number;
  /** Virtual seconds after the start. */
  readonly atSeconds: number;
}

/** Everything that decides how a simulation runs: the same scenario always runs the same way. */
export interface Scenario {
  readonly orders: readonly OrderPlan[];
  readonly actions: readonly CustomerAction[];
  /** The fate of the calls, in the order in which they are made. */
  readonly faults: readonly Fault[];
  /** Seeds jitter and latencies. */
  readonly seed: number;
  readonly weaknesses?: readonly Weakness[];
  /** Whether Inventory's sweeper returns expired holds; without it nothing mends what a missing tombstone lets through. */
  readonly sweeps: boolean;
}

/** Pieces of the one item that everybody wants. */
export const STOCK = 5;

/** Id of that item. */
export const ITEM = 'item';

/** How long an order without a payment method waits. */
export const PAYMENT_WINDOW_SECONDS = 120;
