import type { StateMachineDefinition } from 'resilient-stepfunctions/core';
import type { LineSnapshot } from '../invariants/snapshot.ts';
import type { Fault } from './fault.ts';
import type { WeaknessProbe } from './model-orders.ts';
import type { Mutation } from './service-mutations.ts';
import type { WriteWeakness } from './weaknesses/write-weaknesses.ts';

/** Payment methods of the simulated provider, and one that it does not know. */
export type PaymentMethod =
  | 'tok_visa'
  | 'tok_declined'
  | 'tok_insufficient_funds'
  | 'tok_unknown'
  | 'tok_3ds'
  | 'tok_refund_fails';

/** The order of one customer. All customers contend for the same few items. */
export interface OrderPlan {
  /** At most one line for each item. */
  readonly lines: readonly LineSnapshot[];
  /** null: the customer pays later, or never. */
  readonly method: PaymentMethod | null;
}

/** A customer's request after the order was placed, or an operator's to refund it. */
export interface CustomerAction {
  readonly kind:
    | 'pay'
    | 'pay declined'
    | 'pay with confirmation'
    | 'approve'
    | 'refuse'
    | 'cancel'
    | 'place again'
    | 'refund'
    | 'refund with return'
    | 'check status';
  /** Index of the order, modulo the number of orders. */
  readonly order: number;
  /** Virtual seconds since the start. */
  readonly atSeconds: number;
}

/**
 * Faults of executions:
 *
 * - lost: the order's newest execution is gone with its journal
 * - stopped: StopExecution ends the order's newest execution
 * - restored: all executions go back to a backup of so many seconds ago; younger ones are gone
 */
export interface ExecutionLoss {
  readonly kind: 'lost' | 'stopped' | 'restored';
  /** Index of the order, modulo the number of orders. */
  readonly order: number;
  /** Virtual seconds since the start. */
  readonly atSeconds: number;
  /** Age of the backup. */
  readonly backupSeconds: number;
}

/** An operator's reaction to a parked order, whether its cause is mended or not. */
export interface OperatorAction {
  readonly kind: 'redrive' | 'abandon';
  /** From the parking to the action. */
  readonly afterSeconds: number;
}

/** The complete input of a simulation: the same scenario always runs the same way. */
export interface Scenario {
  readonly orders: readonly OrderPlan[];
  readonly actions: readonly CustomerAction[];
  /** Faults of the saga's calls, in call order. */
  readonly faults: readonly Fault[];
  /** Faults of the calls of the API and of the schedule, in call order. */
  readonly apiFaults: readonly Fault[];
  readonly losses: readonly ExecutionLoss[];
  /** One for each parking, in their order. */
  readonly operators: readonly OperatorAction[];
  /** Seeds jitter and latencies. */
  readonly seed: number;
  /** Seeded bugs of the services. */
  readonly mutations?: readonly Mutation[];
  /** A refund saga that a test has broken. */
  readonly refundSaga?: StateMachineDefinition | undefined;
  /** A write to orders that lacks a member. */
  readonly weakness?: WriteWeakness;
  readonly probe?: WeaknessProbe;
  /** More timers than this are an endless loop. Absent: more than any correct run needs. */
  readonly maxTimers?: number;
  /**
   * Whether Inventory's sweeper returns expired holds, and the provider lets old authorizations lapse. Without sweeps
   * nothing hides what a missing tombstone lets through.
   */
  readonly sweeps: boolean;
  /** Rows over which Inventory spreads the stock of each item. Absent: one. */
  readonly shards?: number;
}

/** Stock of each item at the start. */
export const STOCK: Readonly<Record<string, number>> = { mug: 5, pen: 4, cap: 3, sticker: 6 };

/** Costs nothing: an order of it alone asks no provider. */
export const FREE_ITEM = 'sticker';

/** An item that does not exist. */
export const UNKNOWN_ITEM = 'unicorn';

/** Time to pay an order that was placed without a payment method. */
export const PAYMENT_WINDOW_SECONDS = 120;
