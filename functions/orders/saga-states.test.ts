import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { expect, test } from '@jest/globals';
import { type SagaState, sagaError, sagaEvents, sagaStates, shown } from './saga-states.ts';

const DEFINITION = JSON.stringify({
  StartAt: 'Reserve',
  States: {
    Reserve: { Type: 'Task', Comment: 'holds', Next: 'Commit', Catch: [{ Next: 'Close' }] },
    Commit: { Type: 'Task', Next: 'IsDone', Catch: [{ Next: 'Park' }] },
    IsDone: { Type: 'Choice', Choices: [{ Next: 'Close' }, { Next: 'Reserve' }], Default: 'Close' },
    Park: { Type: 'Task', End: true },
    Close: { Type: 'Succeed' },
  },
});

let second = 0;

/** Events a second apart. */
function event(type: string, details: object = {}): HistoryEvent {
  second += 1;
  const id = second;
  return { id, type, timestamp: new Date(Date.UTC(2026, 10, 28, 12, 0, second)), ...details } as HistoryEvent;
}

function entered(name: string): HistoryEvent {
  return event('TaskStateEntered', { stateEnteredEventDetails: { name, input: '{}' } });
}

function exited(name: string): HistoryEvent {
  return event('TaskStateExited', { stateExitedEventDetails: { name, output: '{}' } });
}

function scheduled(payload: object): HistoryEvent {
  return event('TaskScheduled', { taskScheduledEventDetails: { parameters: JSON.stringify({ Payload: payload }) } });
}

function failed(error: string, errorMessage: string): HistoryEvent {
  return event('TaskFailed', { taskFailedEventDetails: { error, cause: JSON.stringify({ errorMessage, trace: [] }) } });
}

function stateOf(history: readonly HistoryEvent[], name: string): SagaState | undefined {
  return sagaStates(DEFINITION, history).states.find((state) => state.name === name);
}

test('a state that was not reached has its kind and the states that may follow', () => {
  expect(sagaStates(DEFINITION, [])).toMatchObject({ start_at: 'Reserve' });
  expect(stateOf([], 'IsDone')).toEqual({
    name: 'IsDone',
    type: 'Choice',
    next: ['Close', 'Reserve'],
    after_error: [],
    status: 'NOT_REACHED',
    attempts: 0,
  });
});

test('a state that failed twice before it succeeded has three attempts, its input, and the error of the last failure', () => {
  const history = [
    entered('Reserve'),
    ...['first', 'second'].flatMap((message) => [scheduled({ order_id: 'o' }), failed('RetryableError', message)]),
    scheduled({ order_id: 'o' }),
    exited('Reserve'),
  ];
  expect(stateOf(history, 'Reserve')).toMatchObject({
    status: 'SUCCEEDED',
    attempts: 3,
    comment: 'holds',
    input: { order_id: 'o' },
    error: { name: 'RetryableError', message: 'second' },
    entered_at: expect.stringMatching(/^2026-11-28T12:/),
    exited_at: expect.stringMatching(/^2026-11-28T12:/),
  });
});

test('a state whose error was caught says so, and the state that runs now is RUNNING', () => {
  const history = [
    entered('Reserve'),
    scheduled({}),
    failed('OutOfStockError', 'none left'),
    exited('Reserve'),
    entered('Close'),
  ];
  expect(stateOf(history, 'Reserve')).toMatchObject({ status: 'CAUGHT', error: { message: 'none left' } });
  expect(stateOf(history, 'Close')).toMatchObject({ status: 'RUNNING', attempts: 0 });
});

test.each([
  ['ExecutionFailed', 'FAILED', 'executionFailedEventDetails'],
  ['ExecutionAborted', 'ABORTED', 'executionAbortedEventDetails'],
  ['ExecutionTimedOut', 'TIMED_OUT', 'executionTimedOutEventDetails'],
])('after %s the state that was under way is %s, and a redrive lets it run again', (type, status, details) => {
  const history = [entered('Park'), scheduled({}), event(type, { [details]: { error: 'NeedsAttentionError' } })];
  expect(stateOf(history, 'Park')).toMatchObject({ status, error: { name: 'NeedsAttentionError' } });
  expect(stateOf([...history, event('ExecutionRedriven')], 'Park')).toMatchObject({ status: 'RUNNING', attempts: 1 });
  const redriven = [...history, event('ExecutionRedriven'), scheduled({}), exited('Park')];
  expect(stateOf(redriven, 'Park')).toMatchObject({ status: 'SUCCEEDED', attempts: 2 });
});

test('task tokens and payment methods are not shown, however deep they stand', () => {
  const history = [
    entered('Reserve'),
    scheduled({ task_token: 'secret-1', payment: { method: 'secret-2' }, count: 1 }),
  ];
  const state = stateOf(history, 'Reserve');
  expect(JSON.stringify(state)).not.toContain('secret');
  expect(state?.input).toMatchObject({ task_token: '(not shown)', count: 1 });
  expect(shown({ payment: { method: null } })).toEqual({ payment: { method: null } });
});

test('a history without data or times is shown for what it has, and an empty object is left out', () => {
  const timeless = (type: string, details: object) => ({ ...event(type, details), timestamp: undefined });
  const history = [
    timeless('TaskStateEntered', { stateEnteredEventDetails: { name: 'Reserve' } }),
    timeless('TaskScheduled', { taskScheduledEventDetails: {} }),
    timeless('TaskFailed', { taskFailedEventDetails: { error: 'RetryableError' } }),
    timeless('TaskStateExited', { stateExitedEventDetails: { name: 'Reserve' } }),
    entered('Commit'),
    exited('Commit'),
  ];
  const reserve = stateOf(history, 'Reserve');
  expect(reserve).toMatchObject({ status: 'CAUGHT', attempts: 1, error: { name: 'RetryableError' } });
  const commit = stateOf(history, 'Commit');
  expect(commit).toMatchObject({ status: 'SUCCEEDED', attempts: 0 });
  expect([reserve, commit].filter((state) => state !== undefined && ('input' in state || 'output' in state))).toEqual(
    [],
  );
});

test('long data are cut, and of an error without JSON the text is kept', () => {
  expect(JSON.stringify(shown({ text: 'x'.repeat(10_000) })).length).toBeLessThan(5_000);
  expect(sagaError({ error: 'A', cause: 'y'.repeat(10_000) }).message).toHaveLength(1_000);
  expect(sagaError({ error: 'States.Timeout' })).toEqual({ name: 'States.Timeout' });
});

test('a state that waits for its next attempt says by when that is, and one without a further attempt does not', () => {
  const definition = JSON.stringify({
    StartAt: 'Reserve',
    States: {
      Reserve: {
        Type: 'Task',
        Next: 'Close',
        Retry: [
          { ErrorEquals: ['Final'], MaxAttempts: 0 },
          { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, BackoffRate: 2, MaxDelaySeconds: 3, MaxAttempts: 3 },
        ],
      },
      Close: { Type: 'Succeed' },
    },
  });
  const failure = (at: number, error: string): HistoryEvent => ({
    id: at,
    type: 'TaskFailed',
    timestamp: new Date(at * 1_000),
    taskFailedEventDetails: { resourceType: 'lambda', resource: 'invoke', error },
  });
  const waits = (...failures: readonly HistoryEvent[]) =>
    sagaStates(definition, [entered('Reserve'), ...failures]).states[0]?.retried_by;
  expect(waits(failure(10, 'Busy'))).toBe('1970-01-01T00:00:11.000Z');
  expect(waits(failure(10, 'Busy'), failure(20, 'Busy'))).toBe('1970-01-01T00:00:22.000Z');
  expect(waits(failure(10, 'Busy'), failure(20, 'Busy'), failure(30, 'Busy'))).toBe('1970-01-01T00:00:33.000Z');
  expect(waits(...[10, 20, 30, 40].map((at) => failure(at, 'Busy')))).toBeUndefined();
  expect(waits(failure(10, 'Final'))).toBeUndefined();
  expect(waits(failure(10, 'Busy'), scheduled({}))).toBeUndefined();
  expect(waits()).toBeUndefined();
});

test('the states that follow an error alone are told from the others', () => {
  const { states } = sagaStates(DEFINITION, []);
  expect(states.map(({ name, after_error }) => [name, after_error])).toEqual([
    ['Reserve', ['Close']],
    ['Commit', ['Park']],
    ['IsDone', []],
    ['Park', []],
    ['Close', []],
  ]);
});

test('the events are the last ones, each with its state', () => {
  const history = [
    event('ExecutionStarted'),
    entered('Reserve'),
    scheduled({}),
    exited('Reserve'),
    event('ExecutionSucceeded'),
  ];
  expect(sagaEvents(history).map(({ type, state }) => [type, state])).toEqual([
    ['ExecutionStarted', undefined],
    ['TaskStateEntered', 'Reserve'],
    ['TaskScheduled', 'Reserve'],
    ['TaskStateExited', 'Reserve'],
    ['ExecutionSucceeded', undefined],
  ]);
  const long = Array.from({ length: 400 }, () => event('TaskScheduled'));
  expect(sagaEvents(long)).toHaveLength(300);
  expect(sagaEvents(long).at(-1)?.id).toBe(long.at(-1)?.id);
});
