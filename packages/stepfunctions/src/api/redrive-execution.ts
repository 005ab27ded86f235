import type { ExecutionRecord } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';
import { ApiError } from '../wire/api-error.ts';
import { optional, readRequest, text } from '../wire/request-shape.ts';
import { type Action, seconds } from './context.ts';
import { findExecution, refuseChild } from './execution-lookup.ts';
import { arnMember } from './members.ts';

const shape = {
  executionArn: arnMember,
  clientToken: optional(text({ min: 1, max: 64, pattern: /^[!-~]+$/ })),
};

const DAY_MS = 24 * 60 * 60 * 1_000;
const REDRIVABLE_FOR_MS = 14 * DAY_MS;
const MOST_REDRIVES = 1_000;
const MOST_EVENTS = 24_999;

/** RedriveExecution. With a client token, a repeated call answers as the first. */
export const redriveExecution: Action = async (context, body) => {
  const { executionArn, clientToken } = readRequest(shape, body);
  const { journal, executions } = context;
  const { id } = findExecution(context, executionArn);
  for (let other = executions.redriving(id); other; other = executions.redriving(id)) {
    await other;
  }
  // Nothing is awaited from here to the redrive: of calls at the same moment the second has to find the first.
  const record = findExecution(context, executionArn);
  refuseChild(record, 'redriven');
  if (clientToken !== undefined && record.redriveToken === clientToken && record.redrivenAt !== undefined) {
    return { redriveDate: seconds(record.redrivenAt) };
  }
  const why = whyNotRedrivable(journal, record);
  if (why !== undefined) {
    throw notRedrivable(why);
  }
  const changed = await executions.redrive(record.id, clientToken);
  const after = findExecution(context, executionArn);
  if (!changed) {
    throw notRedrivable(whyNotRedrivable(journal, after) ?? 'Execution cannot be redriven');
  }
  return { redriveDate: seconds(after.redrivenAt ?? Date.now()) };
};

function notRedrivable(why: string): ApiError {
  return new ApiError('ExecutionNotRedrivable', why);
}

/** Why an execution cannot be redriven, or `undefined` when it can. */
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
