import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { OrderStatus } from '../../../functions/orders/order-status.ts';
import { isFinished, type OrderSnapshot } from '../../invariants/snapshot.ts';
import type { FaultEvent } from '../faults/injection.ts';
import type { CellRun } from '../run/run-cell.ts';
import { isInRetryWait, stateAt } from '../run/saga-executions.ts';

/** The results of one or several runs of a cell. */
export interface CellFacts {
  /** Orders in the orders table. */
  readonly orders: number;
  readonly by_status: Readonly<Partial<Record<OrderStatus, number>>>;
  /** Orders that needed an operator. */
  readonly parked: number;
  /**
   * Faults that hit a call of one of the orders, or a process while one was open. A fault with a point must also have
   * hit there.
   */
  readonly hits: number;
  /** Orders that a fault hit. */
  readonly touched: number;
  /** From the end of the faults to the end of the last order. A parked order counts from the operator's redrive. */
  readonly longest_recovery_seconds: number;
}

/** What the facts of a run are judged by. */
export interface CellEvidence {
  readonly orders: ReadonlyMap<string, OrderSnapshot>;
  /** By order id, for the orders that were at a chosen point. */
  readonly histories: ReadonlyMap<string, readonly HistoryEvent[]>;
  /** ISO 8601. */
  readonly redrivenAt: string;
}

/** Judges one run of a cell by the tables and histories at the end. */
export function factsOf(run: CellRun, { orders, histories, redrivenAt }: CellEvidence): CellFacts {
  const present = run.order_ids.flatMap((order_id) => orders.get(order_id) ?? []);
  const hits = run.faults.map((fault) => ordersHit(fault, present, histories));
  const by_status: Partial<Record<OrderStatus, number>> = {};
  for (const { status } of present) {
    by_status[status] = (by_status[status] ?? 0) + 1;
  }
  return {
    orders: present.length,
    by_status,
    parked: present.filter(wasParked).length,
    hits: hits.filter((ids) => ids.length > 0).length,
    touched: new Set(hits.flat()).size,
    longest_recovery_seconds: Math.max(
      0,
      ...present.map((order) => secondsBetween(wasParked(order) ? redrivenAt : run.healedAt, endOf(order))),
    ),
  };
}

/** Whether a fault of the run hit. */
export function hasHit(run: CellRun, orders: readonly OrderSnapshot[], histories: CellEvidence['histories']): boolean {
  const ours = orders.filter(({ order_id }) => run.order_ids.includes(order_id));
  return run.faults.some((fault) => ordersHit(fault, ours, histories).length > 0);
}

/** The orders at a chosen point when a fault came. Their histories show whether it hit. */
export function ordersAtPoints(runs: readonly Pick<CellRun, 'faults'>[]): readonly string[] {
  const atPoint = runs.flatMap(({ faults }) => faults).filter(({ states }) => states !== undefined);
  return atPoint.flatMap(({ order_id }) => order_id ?? []);
}

/** Adds up the facts of several runs of one cell. */
export function sumOf(facts: readonly CellFacts[]): CellFacts {
  const by_status: Partial<Record<OrderStatus, number>> = {};
  for (const [status, count] of facts.flatMap((fact) => Object.entries(fact.by_status))) {
    by_status[status as OrderStatus] = (by_status[status as OrderStatus] ?? 0) + count;
  }
  const sum = (count: (fact: CellFacts) => number) => facts.reduce((total, fact) => total + count(fact), 0);
  return {
    orders: sum(({ orders }) => orders),
    by_status,
    parked: sum(({ parked }) => parked),
    hits: sum(({ hits }) => hits),
    touched: sum(({ touched }) => touched),
    longest_recovery_seconds: Math.max(0, ...facts.map((fact) => fact.longest_recovery_seconds)),
  };
}

/** The orders that a fault really hit; none where it missed. */
function ordersHit(
  fault: FaultEvent,
  present: readonly OrderSnapshot[],
  histories: CellEvidence['histories'],
): readonly string[] {
  const { at, until, order_id, states, inRetryWait } = fault;
  if (states !== undefined) {
    if (order_id === undefined) {
      return [];
    }
    const history = histories.get(order_id) ?? [];
    const state = stateAt(history, at);
    const wasThere =
      state !== undefined && states.includes(state) && (inRetryWait !== true || isInRetryWait(history, at));
    return wasThere ? [order_id] : [];
  }
  if (until === undefined) {
    return present.some((order) => order.order_id === order_id) && order_id ? [order_id] : [];
  }
  return present.filter((order) => order.created_at <= until && endOf(order) >= at).map((order) => order.order_id);
}

function wasParked({ timeline }: OrderSnapshot): boolean {
  return timeline.some(({ status }) => status === 'NEEDS_ATTENTION');
}

/** When an order ended. An open order ends at the latest representable time. */
function endOf({ status, timeline }: OrderSnapshot): string {
  const last = timeline.at(-1)?.at;
  return isFinished(status) && last !== undefined ? last : new Date(8_640_000_000_000_000).toISOString();
}

function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
