import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { describe, expect, test } from '@jest/globals';
import { sagaPathOf } from './saga-path.ts';

describe('the path of an execution', () => {
  test('lists the states in the order in which they were entered', () => {
    const path = sagaPathOf(
      chain(entered('A'), { type: 'TaskScheduled' }, { type: 'TaskSucceeded' }, exited('A'), entered('B')),
    );
    expect(path).toEqual([
      { state: 'A', retries: 0, errors: [] },
      { state: 'B', retries: 0, errors: [] },
    ]);
  });

  test('shows a task that was scheduled again as retried, and not as caught when it then succeeds', () => {
    const path = sagaPathOf(
      chain(
        entered('A'),
        { type: 'TaskScheduled' },
        failed('RetryableError'),
        { type: 'TaskScheduled' },
        failed('RetryableError'),
        { type: 'TaskScheduled' },
        { type: 'TaskSucceeded' },
        exited('A'),
      ),
    );
    expect(path).toEqual([{ state: 'A', retries: 2, errors: ['RetryableError'] }]);
  });

  test('shows a state that was left after a failure as caught', () => {
    const path = sagaPathOf(
      chain(entered('A'), { type: 'TaskScheduled' }, failed('OutOfStockError'), exited('A'), entered('Undo')),
    );
    expect(path[0]).toEqual({ state: 'A', retries: 0, errors: ['OutOfStockError'], caught: 'OutOfStockError' });
  });

  test('shows a task whose token did not come in time as caught by States.Timeout', () => {
    const timedOut = {
      type: 'TaskTimedOut',
      taskTimedOutEventDetails: {
        resourceType: 'lambda',
        resource: 'invoke.waitForTaskToken',
        error: 'States.Timeout',
      },
    } as const;
    const path = sagaPathOf(
      chain(entered('A'), { type: 'TaskScheduled' }, { type: 'TaskSubmitted' }, timedOut, exited('A')),
    );
    expect(path[0]).toMatchObject({ caught: 'States.Timeout' });
  });

  test('tells the events of parallel branches apart by their previous events', () => {
    const events: readonly HistoryEvent[] = [
      event(1, 0, { type: 'ExecutionStarted' }),
      event(2, 1, entered('Left')),
      event(3, 1, entered('Right')),
      event(4, 2, { type: 'TaskScheduled' }),
      event(5, 3, { type: 'TaskScheduled' }),
      event(6, 4, failed('LeftError')),
      event(7, 5, { type: 'TaskSucceeded' }),
    ];
    expect(sagaPathOf(events)).toEqual([
      { state: 'Left', retries: 0, errors: ['LeftError'], caught: 'LeftError' },
      { state: 'Right', retries: 0, errors: [] },
    ]);
  });
});

type Happening = Omit<HistoryEvent, 'id' | 'previousEventId' | 'timestamp'>;

function chain(...happenings: readonly Happening[]): readonly HistoryEvent[] {
  return [{ type: 'ExecutionStarted' } as const, ...happenings].map((happening, index) =>
    event(index + 1, index, happening),
  );
}

function event(id: number, previousEventId: number, happening: Happening): HistoryEvent {
  return { ...happening, id, previousEventId, timestamp: new Date(0) };
}

function entered(name: string): Happening {
  return { type: 'TaskStateEntered', stateEnteredEventDetails: { name } };
}

function exited(name: string): Happening {
  return { type: 'TaskStateExited', stateExitedEventDetails: { name } };
}

function failed(error: string): Happening {
  return { type: 'TaskFailed', taskFailedEventDetails: { resourceType: 'lambda', resource: 'invoke', error } };
}
