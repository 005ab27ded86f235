import { expect, jest, test } from '@jest/globals';
import type { ExecutionRecord } from '../journal/execution-store.ts';
import { withJournal } from '../testing/fixtures.ts';
import { whyNotRedrivable } from './redrivable.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const stored = withJournal();
let lastId = 0;

/** Why an execution that failed just now cannot be redriven, but for these members of its record. */
function reason(members: Partial<ExecutionRecord>, lastEventId = 5): string | undefined {
  const executionFailedEventDetails = {};
  const event = { id: lastEventId, previousEventId: 0, timestamp: 0, type: 'ExecutionFailed' as const };
  lastId += 1;
  stored.journal.history.append(lastId, [{ ...event, executionFailedEventDetails }]);
  const record = { id: lastId, status: 'FAILED', redriveCount: 0, stoppedAt: Date.now(), ...members };
  return whyNotRedrivable(stored.journal, record as ExecutionRecord);
}

test.each(['RUNNING', 'SUCCEEDED'] as const)('an execution that is %s cannot be redriven', (status) => {
  expect(reason({ status })).toBe(`Execution is ${status} and cannot be redriven`);
});

test.each(['FAILED', 'TIMED_OUT', 'ABORTED'] as const)('an execution that is %s can be redriven', (status) => {
  expect(reason({ status })).toBeUndefined();
});

test('the thousandth redrive is the last one', () => {
  expect(reason({ redriveCount: 999 })).toBeUndefined();
  expect(reason({ redriveCount: 1_000 })).toBe('Execution redrive count exceeds the limit of 1000');
});

test.each([
  [24_998, undefined],
  [24_999, 'Execution event history exceeds 24999 events'],
])('a history of %i events gives %p', (events, expected) => {
  expect(reason({}, events)).toBe(expected);
});

test('fourteen days after its end an execution can no longer be redriven', () => {
  jest.useFakeTimers();
  const [inTime, tooLate] = [0, 1].map((more) => reason({ stoppedAt: Date.now() - 14 * DAY_MS - more }));
  jest.useRealTimers();
  expect(inTime).toBeUndefined();
  expect(tooLate).toBe('Execution has exceeded the redrivable period of 14 days');
});
