import { expect, test } from '@jest/globals';
import type { HistoryEvent } from '../core/history-event.ts';
import { withJournal } from '../testing/fixtures.ts';

const stored = withJournal();

function event(id: number): HistoryEvent {
  return {
    id,
    previousEventId: id - 1,
    timestamp: 0,
    type: 'LambdaFunctionStarted',
  };
}
function ids(events: readonly HistoryEvent[]): readonly number[] {
  return events.map(({ id }) => id);
}

test('a page of history starts at any event, whichever commit wrote it, and ends at its limit', () => {
  for (const step of [[1, 2, 3], [4], [5, 6, 7]]) {
    stored.journal.history.append(9, step.map(event));
  }
  stored.journal.history.append(10, [event(1)]);
  expect(ids(stored.journal.history.forwards(9, 1, 100))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(ids(stored.journal.history.forwards(9, 2, 4))).toEqual([2, 3, 4, 5]);
  expect(ids(stored.journal.history.backwards(9, Number.MAX_SAFE_INTEGER, 2))).toEqual([7, 6]);
  expect(ids(stored.journal.history.backwards(9, 5, 3))).toEqual([5, 4, 3]);
  expect(stored.journal.history.forwards(9, 8, 10)).toEqual([]);
});
