import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { expect, test } from '@jest/globals';
import { endsWithFailure, isInRetryWait, stateAt } from './histories.ts';

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
  ['after it failed and before it is tried again', 5, true],
  ['while it runs again', 7, false],
  ['after it failed for good', 8, false],
])('%s', (_when, second, expected) => {
  expect(isInRetryWait(history, at(second))).toBe(expected);
});

test('a saga whose history ends with the failure did not try again', () => {
  expect(isInRetryWait(history.slice(0, 4), at(5))).toBe(false);
});

test('a failure that was written down is seen until the task is tried again', () => {
  expect([3, 4, 5].map((length) => endsWithFailure(history.slice(0, length)))).toEqual([false, true, false]);
});

test('the state is the one entered last by then', () => {
  expect([0, 1, 8, 10].map((second) => stateAt(history, at(second)))).toEqual([
    undefined,
    'AuthorizePayment',
    'AuthorizePayment',
    'VoidPayment',
  ]);
});
