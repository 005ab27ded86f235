import { expect } from '@jest/globals';
import { checkInvariants } from '../invariants.ts';
import type {
  ChargeSnapshot,
  ExecutionSnapshot,
  OrderSnapshot,
  PaymentSnapshot,
  ReservationSnapshot,
  Snapshot,
} from '../snapshot.ts';
import { describeViolation } from '../violation.ts';
import { soundSnapshot } from './sound-snapshot.ts';

/** The snapshot that the functions below change. */
export const SOUND: Snapshot = soundSnapshot();

/** Expects that the check finds this violation, among others. */
export function expectFinding(snapshot: Snapshot, invariant: string, finding: string): void {
  const report = checkInvariants(snapshot);
  expect(report.verdict).toBe('broken');
  const found = report.violations.filter((violation) => violation.invariant === invariant).map(describeViolation);
  expect(found).toContainEqual(expect.stringContaining(finding));
}

export function changeOrder(order_id: string, change: Partial<OrderSnapshot>, from: Snapshot = SOUND): Snapshot {
  return { ...from, orders: changed(from.orders, order_id, change) };
}

export function changeReservation(order_id: string, change: Partial<ReservationSnapshot>): Snapshot {
  return { ...SOUND, reservations: changed(SOUND.reservations, order_id, change) };
}

export function changePayment(order_id: string, change: Partial<PaymentSnapshot>): Snapshot {
  return { ...SOUND, payments: changed(SOUND.payments, order_id, change) };
}

export function changeCharge(order_id: string, change: Partial<ChargeSnapshot>): Snapshot {
  return { ...SOUND, charges: changed(SOUND.charges, order_id, change) };
}

export function changeExecution(order_id: string, change: Partial<ExecutionSnapshot>): Snapshot {
  return { ...SOUND, executions: changed(SOUND.executions, order_id, change) };
}

export function withoutExecution(order_id: string): Snapshot {
  return { ...SOUND, executions: SOUND.executions.filter((execution) => execution.order_id !== order_id) };
}

export function withoutOrder(order_id: string): Snapshot {
  return { ...SOUND, orders: SOUND.orders.filter((order) => order.order_id !== order_id) };
}

export function changed<T extends { readonly order_id: string }>(
  records: readonly T[],
  order_id: string,
  change: Partial<T>,
): readonly T[] {
  return records.map((record) => (record.order_id === order_id ? { ...record, ...change } : record));
}
