import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { expect, test } from '@jest/globals';
import type { OrderStatus } from '../../../functions/orders/order-status.ts';
import type { OrderSnapshot } from '../../invariants/snapshot.ts';
import type { FaultEvent } from '../faults/injection.ts';
import { cellNamed } from '../matrix.ts';
import { factsOf, hasHit, sumOf } from './cell-facts.ts';

function at(second: number) {
  return new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
}
const run = {
  cell: cellNamed('kill -9 x payment'),
  beganAt: at(0),
  healedAt: at(10),
  order_ids: ['order', 'never taken'],
  customers: new Map(),
  stocked: new Map(),
};

function kill(from: number): FaultEvent {
  return { at: at(from), until: at(from + 1), target: 'payment', what: 'kill -9' };
}

test('a kill while an order was open is a hit, one after its end is not', () => {
  expect(facts([kill(3)], [order([1, 'PENDING'], [5, 'CONFIRMED'])])).toMatchObject({ orders: 1, hits: 1, touched: 1 });
  expect(facts([kill(7)], [order([1, 'PENDING'], [5, 'CONFIRMED'])])).toMatchObject({ orders: 1, hits: 0, touched: 0 });
});

test('a run whose faults all missed is recognised before the report, so that it can be repeated', () => {
  const present = [order([1, 'PENDING'], [5, 'CONFIRMED'])];
  expect(hasHit({ ...run, faults: [kill(3)] }, present, new Map())).toBe(true);
  expect(hasHit({ ...run, faults: [kill(7)] }, present, new Map())).toBe(false);
  expect(hasHit({ ...run, faults: [] }, present, new Map())).toBe(false);
  expect(hasHit({ ...run, order_ids: ['of another cell'], faults: [kill(3)] }, present, new Map())).toBe(false);
});

test('a network fault is a hit only when it affected a call of one of the orders', () => {
  const lost: FaultEvent = { at: at(2), target: 'payment', what: 'lost', order_id: 'order' };
  const present = [order([1, 'PENDING'], [5, 'CONFIRMED'])];
  expect(facts([lost, lost], present)).toMatchObject({ hits: 2, touched: 1 });
  expect(facts([{ ...lost, order_id: 'of another cell' }], present)).toMatchObject({ hits: 0 });
  expect(facts([{ at: at(2), target: 'payment', what: 'lost' }], present)).toMatchObject({ hits: 0 });
});

test('a fault at a point is a hit only when the history shows the saga there', () => {
  const fault: FaultEvent = {
    at: at(3),
    until: at(4),
    target: 'payment',
    what: 'kill -9',
    order_id: 'order',
    states: ['CapturePayment'],
  };
  const entered = (second: number, name: string): HistoryEvent => ({
    timestamp: new Date(at(second)),
    type: 'TaskStateEntered',
    id: second,
    stateEnteredEventDetails: { name },
  });
  const present = [order([1, 'PENDING'], [5, 'CONFIRMED'])];
  const histories = (...events: HistoryEvent[]) => new Map([['order', events]]);
  const there = histories(entered(1, 'AuthorizePayment'), entered(2, 'CapturePayment'), entered(4, 'CommitInventory'));
  expect(facts([fault], present, there)).toMatchObject({ hits: 1 });
  const elsewhere = histories(entered(1, 'AuthorizePayment'), entered(4, 'CapturePayment'));
  expect(facts([fault], present, elsewhere)).toMatchObject({ hits: 0 });
  expect(facts([fault], present)).toMatchObject({ hits: 0 });
  expect(hasHit({ ...run, faults: [fault] }, present, there)).toBe(true);
  expect(hasHit({ ...run, faults: [fault] }, present, elsewhere)).toBe(false);
});

test("a fault in a retry's wait is a hit only when the task had failed by then and was retried later", () => {
  const states = ['AuthorizePayment'];
  const fault: FaultEvent = {
    at: at(3),
    until: at(4),
    target: 'engine',
    what: 'kill -9',
    order_id: 'order',
    states,
    inRetryWait: true,
  };
  const present = [order([1, 'PENDING'], [8, 'CONFIRMED'])];
  const happened = (second: number, type: NonNullable<HistoryEvent['type']>): HistoryEvent => ({
    timestamp: new Date(at(second)),
    type,
    id: second,
    ...(type === 'TaskStateEntered' ? { stateEnteredEventDetails: { name: 'AuthorizePayment' } } : {}),
  });
  const history = (failed: number) =>
    new Map([
      ['order', [happened(1, 'TaskStateEntered'), happened(failed, 'TaskFailed'), happened(5, 'TaskScheduled')]],
    ]);
  expect(facts([fault], present, history(2))).toMatchObject({ hits: 1 });
  expect(facts([fault], present, history(4))).toMatchObject({ hits: 0 });
});

test('recovery counts from the end of the faults, and for a parked order from the redrive', () => {
  expect(facts([], [order([1, 'PENDING'], [14, 'CONFIRMED'])])).toMatchObject({
    parked: 0,
    longest_recovery_seconds: 4,
  });
  expect(facts([], [order([1, 'PENDING'], [15, 'NEEDS_ATTENTION'], [31, 'CONFIRMED'])])).toMatchObject({
    parked: 1,
    longest_recovery_seconds: 1,
  });
});

test('the facts of several runs of a cell add up', () => {
  const one = facts([], [order([1, 'PENDING'], [14, 'CONFIRMED'])]);
  const other = facts([], [order([1, 'PENDING'], [12, 'EXPIRED'])]);
  expect(sumOf([one, other, one])).toMatchObject({
    orders: 3,
    by_status: { CONFIRMED: 2, EXPIRED: 1 },
    longest_recovery_seconds: 4,
  });
});

function facts(
  faults: readonly FaultEvent[],
  orders: readonly OrderSnapshot[],
  histories: ReadonlyMap<string, readonly HistoryEvent[]> = new Map(),
) {
  const byId = new Map(orders.map((present) => [present.order_id, present]));
  return factsOf({ ...run, faults }, { orders: byId, histories, redrivenAt: at(30) });
}

function order(...steps: readonly (readonly [second: number, status: OrderStatus])[]): OrderSnapshot {
  const timeline = steps.map(([second, status]) => ({ at: at(second), status, what: status }));
  const status = steps.at(-1)?.[1] ?? 'PENDING';
  return { order_id: 'order', status, lines: [], created_at: timeline[0]?.at ?? '', timeline };
}
