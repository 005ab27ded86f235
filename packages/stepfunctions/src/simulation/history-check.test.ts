import { describe, expect, test } from '@jest/globals';
import type { HistoryEvent } from '../core/history-event.ts';
import { machine, pass, ScriptedRun, task } from '../core/testing/scripted-run.ts';
import { checkHistory } from './history-check.ts';

async function recorded() {
  const run = await ScriptedRun.start(machine({ Work: task({ Next: 'Done' }), Done: pass() }));
  await run.succeed();
  return run;
}

describe('A history', () => {
  test('as the core writes it is well formed', async () => {
    const { history, definition } = await recorded();
    expect(checkHistory(history, definition)).toEqual([]);
  });

  const faults: readonly (readonly [string, (history: HistoryEvent[]) => HistoryEvent[], string])[] = [
    ['with a gap', (history) => history.toSpliced(3, 1), 'is numbered'],
    [
      'that follows the future',
      ([first, ...rest]) => (first ? [{ ...first, previousEventId: 5 }, ...rest] : []),
      'follows event 5',
    ],
    ['whose time runs backwards', (history) => history.map((event) => ({ ...event, timestamp: -event.id })), 'older'],
    ['without an end', (history) => history.slice(0, -1), 'ends with'],
    ['whose state is left twice', (history) => twice(history, 'TaskStateExited'), 'without having been entered'],
    [
      'whose state leads nowhere',
      (history) => history.filter(({ type }) => !type.startsWith('Pass')),
      'followed by 0 states',
    ],
    ['whose task ends twice', (history) => twice(history, 'LambdaFunctionSucceeded'), 'ends twice'],
  ];

  test.each(faults)('%s is detected', async (_, spoil, fault) => {
    const { history, definition } = await recorded();
    expect(checkHistory(spoil(history), definition).join('; ')).toContain(fault);
  });
});

function twice(history: readonly HistoryEvent[], type: HistoryEvent['type']): HistoryEvent[] {
  return history.flatMap((event) => (event.type === type ? [event, event] : [event]));
}
