import type { OrderStatus } from '../../functions/orders/order-status.ts';
import type { OrderCase } from './order-case.ts';
import { isMoneyTaken } from './refunds.ts';
import { type AnswerTime, type ApiPromise, isFinished, isFree } from './snapshot.ts';
import { orderViolation, type Violation } from './violation.ts';

/**
 * Invariant 5: what the API answered is never taken back. An accepted order exists, and an idempotency key leads to one
 * order. A settled payment stays settled and its order goes on to its end. An order whose cancellation was accepted ends
 * as CANCELLED. An accepted refund is in its record. A finished status, once shown, stays.
 */
export function findBrokenAnswers(
  answers: readonly ApiPromise[],
  caseOf: (order_id: string) => OrderCase | undefined,
): readonly Violation[] {
  const findings = answers.flatMap((answer) => {
    const finding = brokenAnswer(answer, caseOf(answer.order_id));
    return finding === undefined ? [] : [violation(answer.order_id, finding)];
  });
  return [...new Map(findings.map((found) => [JSON.stringify(found), found])).values(), ...splitKeys(answers)];
}

function brokenAnswer(answer: ApiPromise, subject: OrderCase | undefined): string | undefined {
  const order = subject?.order;
  switch (answer.kind) {
    case 'order-accepted':
      return order === undefined ? 'it was accepted, but it is not in the orders table' : undefined;
    case 'payment-settled':
      return brokenSettlement(subject);
    case 'cancellation-accepted':
      if (order !== undefined && (!isFinished(order.status) || order.status === 'CANCELLED')) {
        return undefined;
      }
      return `its cancellation was accepted, but it is ${order?.status ?? 'not in the orders table'}`;
    case 'refund-accepted':
      return order?.refunds?.[answer.refund_id] === undefined
        ? `its refund ${answer.refund_id} was accepted, but its record does not have it`
        : undefined;
    case 'status-shown':
      if (order === undefined) {
        return `it was shown as ${answer.status}, but it is not in the orders table`;
      }
      if (!isFinished(answer.status) || answer.status === order.status) {
        return undefined;
      }
      return `it was shown as ${answer.status}, but it is ${order.status}`;
  }
}

function brokenSettlement(subject: OrderCase | undefined): string | undefined {
  if (subject !== undefined && isPaymentKept(subject)) {
    return undefined;
  }
  const status = subject?.order?.status ?? 'not in the orders table';
  return `its payment was answered with true, but it is ${status} with payment ${subject?.payment?.state ?? 'absent'}`;
}

/** The operator's decision to give the order up overrides the answer, once the money is given back. */
function isPaymentKept(subject: OrderCase): boolean {
  const { order, payment } = subject;
  if (order === undefined) {
    return false;
  }
  const isGivenUp = order.abandon_requested_at !== undefined && (payment?.state === 'REFUNDED' || isFree(order));
  const goesOn = ['PAID', 'CONFIRMED', 'NEEDS_ATTENTION'].includes(order.status);
  return isGivenUp || (goesOn && isMoneyTaken(subject));
}

function splitKeys(answers: readonly ApiPromise[]): readonly Violation[] {
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

/** A status that a client saw, and when. */
interface Sighting {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly when: AnswerTime;
}

/** Times are cut to whole milliseconds, so an answer may have come that much later than recorded. */
const CLOCK_STEP_MS = 1;

/**
 * Invariant 5, in the sequence of the answers: an order seen in a finished status is never seen in another one later.
 * Requests that overlap in time say nothing about each other.
 */
export function findRevisedEnds(answers: readonly ApiPromise[]): readonly Violation[] {
  return [...Map.groupBy(sightingsIn(answers), ({ order_id }) => order_id).values()].flatMap(revisions);
}

function sightingsIn(answers: readonly ApiPromise[]): readonly Sighting[] {
  return answers.flatMap((answer) => {
    if (answer.kind !== 'status-shown' || answer.when === undefined) {
      return [];
    }
    return [{ order_id: answer.order_id, status: answer.status, when: answer.when }];
  });
}

function revisions(sightings: readonly Sighting[]): readonly Violation[] {
  const ends = sightings.filter(({ status }) => isFinished(status)).toSorted(byAnswer);
  const firstOfEach = [...new Map(ends.toReversed().map((end) => [end.status, end])).values()];
  const findings = firstOfEach.flatMap((end) =>
    sightings
      .filter(({ status, when }) => status !== end.status && when.asked_at >= end.when.answered_at + CLOCK_STEP_MS)
      .map(({ status }) => `it was shown as ${end.status}, and afterwards as ${status}`),
  );
  return [...new Set(findings)].map((finding) => violation(sightings[0]?.order_id ?? '', finding));
}

function byAnswer(one: Sighting, other: Sighting): number {
  return one.when.answered_at - other.when.answered_at;
}

function violation(order_id: string, finding: string): Violation {
  return orderViolation('no answer taken back', order_id, finding);
}
