import { expect, test } from '@jest/globals';
import type { ExecutionEvent } from '../core/event.ts';
import { FUNCTION, machine, ScriptedRun, task } from '../core/testing/scripted-run.ts';
import { errorLog } from '../testing/test-loggers.ts';
import type { Delivery } from './live-execution.ts';
import { stepThrough } from './step-through.ts';

/** Steps a run of two parallel tasks through events, and tells what became of each. */
async function steppedThrough(events: (taskIds: readonly string[]) => readonly object[], Resource = FUNCTION) {
  const Branches = [machine({ A: task({ Resource }) }), machine({ B: task({ Resource }) })];
  const run = await ScriptedRun.start(machine({ Both: { Type: 'Parallel', Branches, End: true } }));
  const outcomes: string[] = [];
  const written: number[] = [];
  const deliveries = events(run.tasks.map(({ taskId }) => taskId)).map(
    (event, index): Delivery => ({
      event: { at: run.now, entropy: `${index}`, ...event } as ExecutionEvent,
      resolve: (changed) => outcomes.push(`${index} ${changed ? 'changed' : 'unchanged'}`),
      reject: () => outcomes.push(`${index} rejected`),
      alongside: () => written.push(index),
    }),
  );
  const { logger, errors, fields } = errorLog();
  const batch = await stepThrough(run.definition, run.execution, deliveries, logger, []);
  for (const { resolve, changed } of batch.settled) {
    resolve(changed);
  }
  for (const write of batch.alongside) {
    write();
  }
  return { ...batch, outcomes: outcomes.toSorted(), written, errors, fields };
}

/** An output that cannot be written as JSON, on which the core throws. */
const BROKEN = { type: 'TaskSucceeded', output: 1n };

test('an event on which the core throws is rejected and logged, and those before and after it count', async () => {
  const { after, outcomes, errors, fields, answered } = await steppedThrough(([a = '', b = '']) => [
    { type: 'TaskSucceeded', taskId: a, output: 'a' },
    { ...BROKEN, taskId: b },
    { type: 'TaskSucceeded', taskId: b, output: 'b' },
  ]);
  expect(outcomes).toEqual(['0 changed', '1 rejected', '2 changed']);
  expect(errors).toEqual(['the core failed on an event']);
  const executionArn = after.arn;
  expect(fields).toEqual([{ executionArn, event: 'TaskSucceeded', err: expect.any(Error) }]);
  expect(answered).toHaveLength(2);
  expect(after).toMatchObject({ status: 'SUCCEEDED', output: '["a","b"]' });
});

test('an event that changes nothing, or that the core throws on, writes nothing beside the change', async () => {
  const { outcomes, written, answered } = await steppedThrough(([a = '']) => [
    { type: 'TaskSucceeded', taskId: 'another', output: 'a' },
    { ...BROKEN, taskId: a },
    { type: 'TaskFailed', taskId: a, error: 'Boom' },
    { type: 'TaskFailed', taskId: a, error: 'Boom' },
  ]);
  expect(outcomes).toEqual(['0 unchanged', '1 rejected', '2 changed', '3 unchanged']);
  expect(written).toEqual([2]);
  expect(answered).toHaveLength(1);
});

test('a worker takes a task once, and a start that changes nothing takes none', async () => {
  const { taken, outcomes } = await steppedThrough(
    ([a = '']) => [
      { type: 'TaskStarted', taskId: 'another' },
      { type: 'TaskStarted', taskId: a, workerName: 'first' },
      { type: 'TaskStarted', taskId: a, workerName: 'second' },
    ],
    'arn:aws:states:us-east-1:000000000000:activity:pack',
  );
  expect(outcomes).toEqual(['0 unchanged', '1 changed', '2 unchanged']);
  expect(taken).toHaveLength(1);
});
