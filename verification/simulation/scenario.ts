import type { LineSnapshot } from '../invariants/snapshot.ts';
import type { Fault } from './fault.ts';
import type { Weakness } from './weakness.ts';

/** The ways of paying that the simulated provider knows, and one that it does not. */
export type PaymentMethod = 'tok_visa' | 'tok_declined' | 'tok_insufficient_funds' | 'tok_unknown';

/** What one customer orders. All customers want the same few items, so that they contend for them. */
export interface OrderPlan {
  /** Each item once. */
  readonly lines: readonly LineSnapshot[];
  /** null: pays later, or never. */
  readonly method: PaymentMethod | null;
}

/** Something a customer does after having placed an order. */
export interface CustomerAction {
  readonly kind: 'pay' | 'pay declined' | 'cancel' | 'place again' | 'look';
  /** Which order: taken modulo the number of orders. */
  readonly order: number;
  /** Virtual seconds after the start. */
  readonly atSeconds: number;
}

/** Everything that decides how a simulation runs: the same scenario always runs the same way. */
export interface Scenario {
  readonly orders: readonly OrderPlan[];
  readonly actions: readonly CustomerAction[];
  /** The fate of the saga's calls, in the order in which they are made. */
  readonly faults: readonly Fault[];
  /** The fate of the calls of the API and of the schedule. */
  readonly apiFaults: readonly Fault[];
  /** An operator redrives what failed so many seconds after it failed, be the cause mended or not; one entry for each time. */
  readonly redrives: readonly number[];
  /** Seeds jitter and latencies. */
  readonly seed: number;
  readonly weaknesses?: readonly Weakness[];
  /**
   * Whether Inventory's sweeper returns expired holds and the provider lets old authorizations lapse; without it nothing
   * mends what a missing tombstone lets through.
   */
  readonly sweeps: boolean;
}

/** Pieces of the items that everybody wants. */
export const STOCK: Readonly<Record<string, number>> = { mug: 5, pen: 4, cap: 3 };

/** An item that does not exist. */
export const UNKNOWN_ITEM = 'unicorn';

/** How long an order without a payment method waits. */
export const PAYMENT_WINDOW_SECONDS = 120;
