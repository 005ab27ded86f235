import type { AnswerTime, ApiAnswer } from './api-answer.ts';
import { isFinished, type OrderStatus } from './order-status.ts';
import type { Violation } from './violation.ts';

/** A status that a client saw, and when. */
interface Sight {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly when: AnswerTime;
}

/** Times are cut to whole milliseconds, so an answer may have come that much later than it is said to. */
const CLOCK_STEP_MS = 1;

/**
 * The part of invariant 5 that only the order of the answers shows: an order seen in a finished status is never seen in
 * another one afterwards, not even for a moment. Requests that overlap in time tell nothing about each other.
 */
export function findRevisedEnds(answers: readonly ApiAnswer[]): readonly Violation[] {
  return [...Map.groupBy(sightsIn(answers), ({ order_id }) => order_id).values()].flatMap(revisions);
}

function sightsIn(answers: readonly ApiAnswer[]): readonly Sight[] {
  return answers.flatMap((answer) => {
    if (answer.kind !== 'status-told' || answer.when === undefined) {
      return [];
    }
    return [{ order_id: answer.order_id, status: answer.status, when: answer.when }];
  });
}

function revisions(sights: readonly Sight[]): readonly Violation[] {
  const ends = sights.filter(({ status }) => isFinished(status)).toSorted(byAnswer);
  const firstOfEach = [...new Map(ends.toReversed().map((end) => [end.status, end])).values()];
  const findings = firstOfEach.flatMap((end) =>
    sights
      .filter(({ status, when }) => status !== end.status && when.asked_at >= end.when.answered_at + CLOCK_STEP_MS)
      .map(({ status }) => `it was told to be ${end.status}, and afterwards to be ${status}`),
  );
  return [...new Set(findings)].map((finding) => ({
    invariant: 'no answer taken back',
    subject: { order_id: sights[0]?.order_id ?? '' },
    finding,
  }));
}

function byAnswer(one: Sight, other: Sight): number {
  return one.when.answered_at - other.when.answered_at;
}
