import type {
  ChargeSnapshot,
  ExecutionSnapshot,
  OrderSnapshot,
  PaymentSnapshot,
  ReservationSnapshot,
  Snapshot,
} from './snapshot.ts';

/** Everything the tables hold under one order id. */
export interface OrderCase {
  readonly order_id: string;
  readonly order: OrderSnapshot | undefined;
  readonly reservation: ReservationSnapshot | undefined;
  readonly payment: PaymentSnapshot | undefined;
  readonly charges: readonly ChargeSnapshot[];
  readonly execution: ExecutionSnapshot | undefined;
}

/** Joins the records of all tables by order id, including ids that are missing from the orders table. */
export function orderCases(snapshot: Snapshot): readonly OrderCase[] {
  const orders = byOrder(snapshot.orders);
  const reservations = byOrder(snapshot.reservations);
  const payments = byOrder(snapshot.payments);
  const executions = byOrder(snapshot.executions);
  const charges = Map.groupBy(snapshot.charges, (charge) => charge.order_id);
  const ids = new Set([
    ...orders.keys(),
    ...reservations.keys(),
    ...payments.keys(),
    ...executions.keys(),
    ...charges.keys(),
  ]);
  return [...ids].map((order_id) => ({
    order_id,
    order: orders.get(order_id),
    reservation: reservations.get(order_id),
    payment: payments.get(order_id),
    charges: charges.get(order_id) ?? [],
    execution: executions.get(order_id),
  }));
}

function byOrder<T extends { readonly order_id: string }>(records: readonly T[]): ReadonlyMap<string, T> {
  return new Map(records.map((record) => [record.order_id, record]));
}
