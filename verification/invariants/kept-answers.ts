import type { ApiAnswer } from './api-answer.ts';
import type { OrderCase } from './order-case.ts';
import { isFinished } from './order-status.ts';
import type { Violation } from './violation.ts';

/**
 * Invariant 5: what the API answered is never taken back. An accepted order exists; an idempotency key leads to one order;
 * a settled payment stays settled and its order goes on to its end; an order whose cancellation was accepted ends
 * as cancelled; a finished status once told stays.
 */
export function findBrokenAnswers(
  answers: readonly ApiAnswer[],
  caseOf: (order_id: string) => OrderCase | undefined,
): readonly Violation[] {
  const findings = answers.flatMap((answer) => {
    const finding = brokenAnswer(answer, caseOf(answer.order_id));
    return finding === undefined ? [] : [violation(answer.order_id, finding)];
  });
  return [...new Map(findings.map((found) => [JSON.stringify(found), found])).values(), ...splitKeys(answers)];
}

function brokenAnswer(answer: ApiAnswer, subject: OrderCase | undefined): string | undefined {
  const order = subject?.order;
  switch (answer.kind) {
    case 'order-accepted':
      return order === undefined ? 'it was accepted, but it is not in the orders table' : undefined;
    case 'payment-settled': {
      const status = order?.status ?? 'not in the orders table';
      const kept = status === 'PAID' || status === 'CONFIRMED' || status === 'NEEDS_ATTENTION';
      if (kept && subject?.payment?.state === 'CAPTURED') {
        return undefined;
      }
      return `its payment was answered with true, but it is ${status} with payment ${subject?.payment?.state ?? 'absent'}`;
    }
    case 'cancellation-accepted':
      if (order !== undefined && (!isFinished(order.status) || order.status === 'CANCELLED')) {
        return undefined;
      }
      return `its cancellation was accepted, but it is ${order?.status ?? 'not in the orders table'}`;
    case 'status-told':
      if (order === undefined) {
        return `it was told to be ${answer.status}, but it is not in the orders table`;
      }
      if (!isFinished(answer.status) || answer.status === order.status) {
        return undefined;
      }
      return `it was told to be ${answer.status}, but it is ${order.status}`;
  }
}

function splitKeys(answers: readonly ApiAnswer[]): readonly Violation[] {
  const orderOfKey = new Map<string, string>();
  const violations: Violation[] = [];
  for (const answer of answers) {
    if (answer.kind !== 'order-accepted' || answer.idempotency_key === undefined) {
      continue;
    }
    const first = orderOfKey.get(answer.idempotency_key);
    if (first === undefined) {
      orderOfKey.set(answer.idempotency_key, answer.order_id);
    } else if (first !== answer.order_id) {
      violations.push(
        violation(answer.order_id, `idempotency key ${answer.idempotency_key} was first answered with ${first}`),
      );
    }
  }
  return violations;
}

function violation(order_id: string, finding: string): Violation {
  return { invariant: 'no answer taken back', subject: { order_id }, finding };
}
