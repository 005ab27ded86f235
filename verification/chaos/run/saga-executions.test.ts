import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { expect, test } from '@jest/globals';
import { endsWithFailure, isInRetryWait, stateAt } from './saga-executions.ts';

function at(second: number) {
  return new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
}
function event(second: number, type: HistoryEvent['type'], state?: string): HistoryEvent {
  return {
    timestamp: new Date(at(second)),
    type,
    id: second,
    ...(state === undefined ? {} : { stateEnteredEventDetails: { name: state } }),
  };
}

const history = [
  event(1, 'TaskStateEntered', 'AuthorizePayment'),
  event(2, 'TaskScheduled'),
  event(3, 'TaskStarted'),
  event(4, 'TaskFailed'),
  event(6, 'TaskScheduled'),
  event(8, 'TaskTimedOut'),
  event(9, 'TaskStateExited'),
  event(9, 'TaskStateEntered', 'VoidPayment'),
];

test.each([
  ['while the task runs', 3, false],
  ['after the task failed and before its retry', 5, true],
  ['during the retry', 7, false],
  ['after the last attempt failed', 8, false],
])('%s, second %i, a saga waits for a retry: %j', (_when, second, expected) => {
  expect(isInRetryWait(history, at(second))).toBe(expected);
});

test('a saga whose history ends with the failure was never retried', () => {
  expect(isInRetryWait(history.slice(0, 4), at(5))).toBe(false);
});

test('a history ends with a failure until the task is retried', () => {
  expect([3, 4, 5].map((length) => endsWithFailure(history.slice(0, length)))).toEqual([false, true, false]);
});

test('the state of a saga at a moment is the one it entered last by then', () => {
  expect([0, 1, 8, 10].map((second) => stateAt(history, at(second)))).toEqual([
    undefined,
    'AuthorizePayment',
    'AuthorizePayment',
    'VoidPayment',
  ]);
});
