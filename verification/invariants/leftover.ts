import type { OrderCase } from './order-case.ts';
import { isFinished } from './snapshot.ts';
import { orderViolation, type Violation } from './violation.ts';

/**
 * Invariant 4: a finished order has no held stock and no open payment. Open are payments that are authorized, of
 * unknown outcome, or waiting for their customer. The provider keeps no authorized charge for it, nor one that its
 * customer may still approve. An order that is missing from the orders table counts as finished.
 */
export function findLeftover({ order_id, order, reservation, payment, charges }: OrderCase): readonly Violation[] {
  if (order !== undefined && !isFinished(order.status)) {
    return [];
  }
  const status = order?.status ?? 'not in the orders table';
  const findings: string[] = [];
  if (reservation?.state === 'HELD') {
    findings.push(`it is ${status}, but its stock is still held`);
  }
  if (payment?.state === 'AUTHORIZED' || payment?.state === 'PENDING' || payment?.state === 'ACTION_REQUIRED') {
    findings.push(`it is ${status}, but its payment is still ${payment.state}`);
  }
  for (const { charge_id, state } of charges) {
    if (state === 'AUTHORIZED') {
      findings.push(`it is ${status}, but the provider still keeps charge ${charge_id} authorized`);
    }
    if (state === 'ACTION_REQUIRED') {
      findings.push(`it is ${status}, but its customer may still approve charge ${charge_id}`);
    }
  }
  return findings.map((finding) => orderViolation('nothing left behind a finished order', order_id, finding));
}
