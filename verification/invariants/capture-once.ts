import type { OrderCase } from './order-case.ts';
import { isMoneyTaken } from './refunds.ts';
import { isFinished, isFree, isSold, type OrderSnapshot } from './snapshot.ts';
import { orderViolation, type Violation } from './violation.ts';

/**
 * Invariant 3: an order is captured at most once, in the right amount, and exactly when its stock is committed. A
 * refunded capture counts as none, unless the confirmed order's record lists its refunds. The same holds for stock that
 * came back in full. An order that costs nothing is never captured. A parked order may be captured while its stock is
 * still to be committed.
 */
export function findWrongCapture(subject: OrderCase): readonly Violation[] {
  return [...chargeFindings(subject), ...pivotFindings(subject)].map((finding) =>
    orderViolation('captured once, exactly with committed stock', subject.order_id, finding),
  );
}

function chargeFindings({ order, payment, charges }: OrderCase): readonly string[] {
  const findings: string[] = [];
  const captures = charges.reduce((sum, charge) => sum + charge.captures, 0);
  if (captures > 1) {
    const ids = charges.filter((charge) => charge.captures > 0).map(({ charge_id }) => charge_id);
    findings.push(`the provider took its money ${captures} times: ${ids.join(', ')}`);
  }
  for (const { charge_id, captures, refunds } of charges) {
    if (refunds > captures) {
      findings.push(`charge ${charge_id} was captured ${captures} times and refunded ${refunds} times`);
    }
  }
  const captured = charges.filter((charge) => charge.captures > charge.refunds);
  if ((payment?.state === 'CAPTURED') !== captured.length > 0) {
    findings.push(
      `the payment is ${payment?.state ?? 'absent'}, but the provider's ledger shows ${captured.length} captured`,
    );
  }
  for (const { amount_minor, currency, charge_id } of captured) {
    if (order === undefined || (order.amount_minor === amount_minor && order.currency === currency)) {
      continue;
    }
    const price = `${order.amount_minor ?? 'nothing'} ${order.currency ?? ''}`.trim();
    findings.push(`charge ${charge_id} took ${amount_minor} ${currency}, but the order costs ${price}`);
  }
  return findings;
}

function pivotFindings(subject: OrderCase): readonly string[] {
  const { order, payment, reservation } = subject;
  if (order !== undefined && isFree(order)) {
    return freeOrderFindings(order, { payment, reservation });
  }
  const captured = payment?.state === 'CAPTURED';
  const committed = reservation?.state === 'COMMITTED';
  const paid = isMoneyTaken(subject);
  const sold = isSold(reservation);
  const status = order?.status ?? 'not in the orders table';
  const states = `payment ${payment?.state ?? 'absent'}, reservation ${reservation?.state ?? 'absent'}`;
  const findings: string[] = [];
  if (sold && !paid) {
    findings.push(`its stock is committed without its money: ${states}`);
  }
  const atRest = order === undefined || isFinished(order.status);
  if (atRest && captured && !committed) {
    findings.push(`its money was taken without its stock: ${states}`);
  }
  if (order?.status === 'CONFIRMED' && !(paid && committed)) {
    findings.push(`it is CONFIRMED with ${states}`);
  }
  if (atRest && order?.status !== 'CONFIRMED' && (captured || sold)) {
    findings.push(`it is ${status} with ${states}`);
  }
  return findings;
}

function freeOrderFindings(
  { status }: OrderSnapshot,
  { payment, reservation }: Pick<OrderCase, 'payment' | 'reservation'>,
): readonly string[] {
  const findings: string[] = [];
  if (payment !== undefined && payment.state !== 'VOIDED') {
    findings.push(`it costs nothing, but has a payment that is ${payment.state}`);
  }
  if (status === 'CONFIRMED' && reservation?.state !== 'COMMITTED') {
    findings.push(`it is CONFIRMED with reservation ${reservation?.state ?? 'absent'}`);
  }
  if (isFinished(status) && status !== 'CONFIRMED' && isSold(reservation)) {
    findings.push(`it is ${status} with committed stock`);
  }
  return findings;
}
