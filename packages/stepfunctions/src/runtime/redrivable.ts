import type { ExecutionRecord } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const REDRIVABLE_FOR_MS = 14 * DAY_MS;
const MOST_REDRIVES = 1_000;
const MOST_EVENTS = 24_999;

/** Why an execution cannot be redriven, in AWS's words, or `undefined` when it can. */
export function whyNotRedrivable(journal: Journal, record: ExecutionRecord): string | undefined {
  const { id, status, redriveCount, stoppedAt } = record;
  if (status === 'RUNNING' || status === 'SUCCEEDED') {
    return `Execution is ${status} and cannot be redriven`;
  }
  if (redriveCount >= MOST_REDRIVES) {
    return `Execution redrive count exceeds the limit of ${MOST_REDRIVES}`;
  }
  if (journal.history.lastId(id) >= MOST_EVENTS) {
    return `Execution event history exceeds ${MOST_EVENTS} events`;
  }
  if (stoppedAt !== undefined && Date.now() - stoppedAt > REDRIVABLE_FOR_MS) {
    return 'Execution has exceeded the redrivable period of 14 days';
  }
  return undefined;
}
