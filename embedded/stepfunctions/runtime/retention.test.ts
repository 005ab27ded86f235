import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createExecution } from '../core/step.ts';
import { Journal } from '../journal/journal.ts';
import type { Retention } from '../options.ts';
import { RetentionSweep } from './retention.ts';

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let journal: Journal;

beforeEach(() => {
  journal = new Journal(':memory:', 'process');
});

afterEach(() => journal.close());

const store = (id: number, stoppedAt: number | undefined): void => {
  const execution = createExecution({
    arn: `arn:${id}`,
    name: `${id}`,
    stateMachineArn: 'arn:machine',
    stateMachineName: 'machine',
    type: 'STANDARD',
    roleArn: 'arn:role',
    input: '{}',
  });
  const ended = stoppedAt === undefined ? execution : { ...execution, status: 'FAILED' as const, stoppedAt };
  journal.executions.insert({ id, stateMachine: 1, revision: 1 }, ended);
  journal.states.insert(id, JSON.stringify(ended), { dueAt: undefined, tasksOut: 0 });
  journal.history.append(id, [
    { id: 1, previousEventId: 0, timestamp: 0, type: 'ExecutionAborted', executionAbortedEventDetails: {} },
  ]);
};

const sweepOf = (retention: Partial<Retention>, forget: (id: number) => boolean = () => true): RetentionSweep =>
  new RetentionSweep(journal.retention, { finishedSeconds: 1e9, finishedCount: 1e9, ...retention }, forget, logger);

describe('retention', () => {
  test('drops what ended longer ago than the age, with its state and history, and never what runs', () => {
    store(1, 1_000);
    store(2, 9_000);
    store(3, undefined);
    expect(sweepOf({ finishedSeconds: 5 }).sweep(10_000)).toBe(true);
    expect(journal.executions.findById(1)).toBeUndefined();
    expect(journal.states.read(1)).toBeUndefined();
    expect(journal.history.forwards(1, 1, 10)).toEqual([]);
    expect(journal.executions.findById(2)).toBeDefined();
    expect(journal.executions.findById(3)).toBeDefined();
  });

  test('keeps only so many finished executions, those that ended last', () => {
    for (const id of [1, 2, 3, 4]) store(id, id * 1_000);
    const sweep = sweepOf({ finishedCount: 2 });
    sweep.sweep(10_000);
    expect([1, 2, 3, 4].filter((id) => journal.executions.findById(id))).toEqual([3, 4]);
    expect(sweep.sweep(10_000)).toBe(false);
  });

  test('leaves an execution alone that is about to change', () => {
    store(1, 1_000);
    expect(sweepOf({ finishedSeconds: 5 }, () => false).sweep(10_000)).toBe(false);
    expect(journal.executions.findById(1)).toBeDefined();
  });

  test('drops a revision that nothing refers to, but not one that an execution may be about to start with', () => {
    const revision = {
      revisionId: 'r',
      definition: '{}',
      roleArn: 'r',
      logging: '{}',
      tracing: '{}',
      encryption: '{}',
    };
    const first = journal.stateMachines.create({ arn: 'a', name: 'a', type: 'STANDARD', createdAt: 1 }, revision);
    const second = journal.stateMachines.revise(first, revision, 2);
    const sweep = sweepOf({});
    sweep.dropRevisions();
    expect(journal.retention.unusedRevisions()).toEqual([first.revision]);
    sweep.dropRevisions();
    expect(journal.retention.unusedRevisions()).toEqual([]);
    expect(journal.stateMachines.revision(second.revision).definition).toBe('{}');
  });

  test('an execution id is never given twice, not even after the latest execution was dropped', () => {
    store(7, 1_000);
    sweepOf({ finishedSeconds: 5 }).sweep(10_000);
    expect(journal.executions.lastId()).toBe(7);
  });
});
