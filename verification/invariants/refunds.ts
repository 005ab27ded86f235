import type { OrderCase } from './order-case.ts';
import {
  isFree,
  type OrderSnapshot,
  type PaymentSnapshot,
  type RefundSnapshot,
  type ReservationSnapshot,
} from './snapshot.ts';
import { orderViolation, type Violation } from './violation.ts';

/** The record lists a refund that was made at the Payment service itself under an id with this beginning. */
const MADE_BY_PAYMENT = 'payment-';

/**
 * Whether the order's money stays taken, or was given back by refunds that its record lists. A parked refund may have
 * given its money back before it was parked. A free order has none to take.
 */
export function isMoneyTaken({ order, payment }: OrderCase): boolean {
  if (payment?.state === 'CAPTURED' || (order !== undefined && isFree(order))) {
    return true;
  }
  return (
    payment?.state === 'REFUNDED' &&
    order?.status === 'CONFIRMED' &&
    sumOf(order, 'SUCCEEDED') + sumOf(order, 'NEEDS_ATTENTION') === order.amount_minor
  );
}

/** How many pieces of an item came back. */
function returnedCount(reservation: ReservationSnapshot | undefined, itemId: string): number {
  return (reservation?.returns ?? [])
    .flatMap(({ lines }) => lines)
    .filter(({ item_id }) => item_id === itemId)
    .reduce((sum, { count }) => sum + count, 0);
}

/**
 * Invariant 3, for refunds: no more is given back than was captured. The record of the order, the payment and the
 * provider agree. Pieces that came back were sold. While nothing changes, every refund has ended or is parked.
 */
export function findWrongRefunds(subject: OrderCase): readonly Violation[] {
  return [...moneyFindings(subject), ...recordFindings(subject), ...stockFindings(subject)].map((finding) =>
    orderViolation('never more given back than was taken', subject.order_id, finding),
  );
}

function moneyFindings({ payment, charges }: OrderCase): readonly string[] {
  const findings: string[] = [];
  for (const { charge_id, amount_minor, captures, refunded_minor = 0 } of charges) {
    const captured = captures === 0 ? 0 : amount_minor;
    if (refunded_minor > captured) {
      findings.push(`charge ${charge_id} took ${captured} and gave ${refunded_minor} back`);
    }
  }
  const byProvider = charges.reduce((sum, { refunded_minor = 0 }) => sum + refunded_minor, 0);
  const byPayment = succeeded(payment).reduce((sum, { amount_minor }) => sum + amount_minor, 0);
  if (byProvider !== byPayment) {
    findings.push(`the provider gave ${byProvider} back, but its payment says ${byPayment}`);
  }
  return findings;
}

function recordFindings({ order, payment }: OrderCase): readonly string[] {
  const refunds = Object.entries(order?.refunds ?? {});
  const made = new Map(succeeded(payment).map(({ refund_id, amount_minor }) => [refund_id, amount_minor]));
  const findings = refunds.flatMap(([id, refund]) => refundFindings(id, refund, made));
  if (order?.status === 'CONFIRMED') {
    // What became of a parked refund is not known: its money may be given back already.
    const mayBeMade: readonly RefundSnapshot['status'][] = ['SUCCEEDED', 'NEEDS_ATTENTION'];
    const listed = new Set(refunds.flatMap(([id, { status }]) => (mayBeMade.includes(status) ? idAtPayment(id) : [])));
    findings.push(
      ...[...made].filter(([id]) => !listed.has(id)).map(([id]) => `refund ${id} was made, but its record lacks it`),
    );
  }
  if (order?.refunds === undefined) {
    return findings;
  }
  const left = (order.amount_minor ?? 0) - refunds.reduce(notDeclined, 0);
  if (left < 0 || order.refundable_minor !== left) {
    findings.push(`its record says that ${order.refundable_minor} can be refunded, but ${left} is left`);
  }
  if (order.refunded_minor !== sumOf(order, 'SUCCEEDED')) {
    findings.push(
      `its record says ${order.refunded_minor} was refunded, but its refunds say ${sumOf(order, 'SUCCEEDED')}`,
    );
  }
  return findings;
}

function refundFindings(id: string, refund: RefundSnapshot, made: ReadonlyMap<string, number>): readonly string[] {
  const { status, amount_minor } = refund;
  const given = made.get(idAtPayment(id));
  switch (status) {
    case 'REQUESTED':
      return [`refund ${id} is still REQUESTED`];
    case 'SUCCEEDED':
      return amount_minor === (given ?? 0)
        ? []
        : [`refund ${id} is of ${amount_minor}, but ${given ?? 0} was given back`];
    case 'DECLINED':
      return given === undefined ? [] : [`refund ${id} is DECLINED, but ${given} was given back`];
    case 'NEEDS_ATTENTION':
      return [];
  }
}

function stockFindings({ order, reservation }: OrderCase): readonly string[] {
  const findings: string[] = [];
  for (const { item_id, count } of reservation?.lines ?? []) {
    const returned = returnedCount(reservation, item_id);
    if (returned > count) {
      findings.push(`${returned} of ${item_id} came back, but ${count} were sold`);
    }
  }
  for (const [id, { stock_returned = false }] of Object.entries(order?.refunds ?? {})) {
    if (stock_returned && !(reservation?.returns ?? []).some(({ return_id }) => return_id === id)) {
      findings.push(`the stock of refund ${id} came back by its record, but not to the inventory`);
    }
  }
  return findings;
}

function succeeded(payment: PaymentSnapshot | undefined) {
  return (payment?.refunds ?? []).filter(({ state }) => state === 'SUCCEEDED');
}

function sumOf({ refunds = {} }: OrderSnapshot, status: RefundSnapshot['status']): number {
  return Object.values(refunds)
    .filter((refund) => refund.status === status)
    .reduce((sum, { amount_minor }) => sum + amount_minor, 0);
}

function notDeclined(sum: number, [, { status, amount_minor }]: readonly [string, RefundSnapshot]): number {
  return status === 'DECLINED' ? sum : sum + amount_minor;
}

function idAtPayment(id: string): string {
  return id.startsWith(MADE_BY_PAYMENT) ? id.slice(MADE_BY_PAYMENT.length) : id;
}
