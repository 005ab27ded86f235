import type { OrderStatus } from '../../functions/orders/order-status.ts';
import { findWrongCapture } from './capture-once.ts';
import { findBrokenAnswers, findRevisedEnds } from './kept-answers.ts';
import { findLeftover } from './leftover.ts';
import { orderCases } from './order-case.ts';
import { findUnendedOrder, isWaitingForPayment } from './order-end.ts';
import { findUnsoundRecord } from './order-record.ts';
import { findWrongRefunds } from './refunds.ts';
import type { Snapshot } from './snapshot.ts';
import { findMissingStock, findUnbalancedStock, findUnrecordedStock, findWrongLines } from './stock-balance.ts';
import { findUntoldEvents, type WebhookRecord } from './told-events.ts';
import type { Violation } from './violation.ts';

/** What the caller knows in advance, beyond what must hold in every snapshot. */
export interface Expectations {
  /** Whether no record was deleted with age: a finished order then still has its execution, and every order its lines. */
  readonly recordsKept?: boolean;
  /** The quantity each item was stocked with, by item id. */
  readonly stocked?: ReadonlyMap<string, number>;
  /** Webhooks that were made before the orders, with what their receivers took. */
  readonly webhooks?: readonly WebhookRecord[];
}

/** How many records were checked: it shows how much a pass is worth. */
export interface CheckedCounts {
  readonly orders: number;
  readonly items: number;
  readonly reservations: number;
  readonly payments: number;
  readonly charges: number;
  readonly executions: number;
  readonly answers: number;
  /** Orders of which money was given back. */
  readonly refunded: number;
  /** Orders that an operator gave up. */
  readonly abandoned: number;
  /** Orders that still wait for a payment that is not due yet. */
  readonly waiting: number;
  readonly orders_by_status: Readonly<Partial<Record<OrderStatus, number>>>;
}

/** The outcome of a check. A snapshot without orders or without items never passes. */
export interface InvariantReport {
  readonly verdict: 'all hold' | 'broken' | 'nothing was checked';
  readonly violations: readonly Violation[];
  readonly checked: CheckedCounts;
}

/**
 * Checks the invariants, and what else is expected, over a snapshot that was taken while nothing changed. It is a pure
 * function:
 *
 *     checkInvariants(await reader.read(answers)).violations.map(describeViolation)
 */
export function checkInvariants(snapshot: Snapshot, expected: Expectations = {}): InvariantReport {
  const recordsKept = expected.recordsKept ?? false;
  const cases = orderCases(snapshot);
  const caseById = new Map(cases.map((subject) => [subject.order_id, subject]));
  const violations = [
    ...cases.flatMap((subject) => findUnendedOrder(subject, snapshot.taken_at, recordsKept)),
    ...findUnbalancedStock(snapshot.items, snapshot.reservations),
    ...(snapshot.stock_changes === undefined ? [] : findUnrecordedStock(snapshot.items, snapshot.stock_changes)),
    ...findMissingStock(snapshot.items, expected.stocked ?? new Map()),
    ...cases.flatMap((subject) => findWrongLines(subject, recordsKept)),
    ...cases.flatMap(findWrongCapture),
    ...cases.flatMap(findWrongRefunds),
    ...cases.flatMap(findLeftover),
    ...findBrokenAnswers(snapshot.answers, (order_id) => caseById.get(order_id)),
    ...findRevisedEnds(snapshot.answers),
    ...(expected.webhooks ?? []).flatMap((webhook) => findUntoldEvents(snapshot.orders, webhook)),
    ...cases.flatMap(findUnsoundRecord),
  ];
  return { verdict: verdictOf(snapshot, violations), violations, checked: countChecked(snapshot) };
}

function verdictOf(snapshot: Snapshot, violations: readonly Violation[]): InvariantReport['verdict'] {
  if (violations.length > 0) {
    return 'broken';
  }
  return snapshot.orders.length === 0 || snapshot.items.length === 0 ? 'nothing was checked' : 'all hold';
}

function countChecked(snapshot: Snapshot): CheckedCounts {
  const byStatus: Partial<Record<OrderStatus, number>> = {};
  for (const { status } of snapshot.orders) {
    byStatus[status] = (byStatus[status] ?? 0) + 1;
  }
  return {
    orders: snapshot.orders.length,
    items: snapshot.items.length,
    reservations: snapshot.reservations.length,
    payments: snapshot.payments.length,
    charges: snapshot.charges.length,
    executions: snapshot.executions.length,
    answers: snapshot.answers.length,
    refunded: snapshot.orders.filter(({ refunded_minor = 0 }) => refunded_minor > 0).length,
    abandoned: snapshot.orders.filter(({ abandon_requested_at }) => abandon_requested_at !== undefined).length,
    waiting: snapshot.orders.filter((order) => isWaitingForPayment(order, snapshot.taken_at)).length,
    orders_by_status: byStatus,
  };
}
