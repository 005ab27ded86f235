import { describe, expect, jest, test } from '@jest/globals';
import type { Execution } from '../core/execution.ts';
import { createExecution } from '../core/step.ts';
import type { Retention } from '../options.ts';
import { withJournal } from '../testing/fixtures.ts';
import { errorLog, SILENT_LOGGER } from '../testing/test-loggers.ts';
import { RetentionSweep } from './retention.ts';

const stored = withJournal();

function execution(id: number): Execution {
  return createExecution({
    arn: `arn:${id}`,
    name: `${id}`,
    stateMachineArn: 'arn:machine',
    stateMachineName: 'machine',
    type: 'STANDARD',
    roleArn: 'arn:role',
    input: '{}',
  });
}

function store(id: number, stoppedAt: number | undefined): void {
  const running = execution(id);
  const ended = stoppedAt === undefined ? running : { ...running, status: 'FAILED' as const, stoppedAt };
  stored.journal.executions.insert({ id, stateMachine: 1, revision: 1 }, ended);
  stored.journal.states.insert(id, JSON.stringify(ended), { dueAt: undefined, tasksOut: 0 });
  stored.journal.history.append(id, [
    { id: 1, previousEventId: 0, timestamp: 0, type: 'ExecutionAborted', executionAbortedEventDetails: {} },
  ]);
}

function storeChild(id: number, parent: number, stoppedAt: number): void {
  const mapRunArn = `arn:mapRun:${parent}`;
  const child = { id, arn: `arn:${id}`, name: `${id}`, parent, revision: 1, input: '1', startedAt: 0, mapRunArn };
  stored.journal.executions.insertChild({ ...child, itemCount: 1 });
  stored.journal.executions.endChild(id, { status: 'FAILED', stoppedAt });
  stored.journal.history.append(id, [
    { id: 1, previousEventId: 0, timestamp: 0, type: 'ExecutionAborted', executionAbortedEventDetails: {} },
  ]);
}

function kept(...ids: readonly number[]): readonly number[] {
  return ids.filter(
    (id) => stored.journal.executions.findById(id) && stored.journal.history.forwards(id, 1, 1).length === 1,
  );
}

function sweepOf(retention: Partial<Retention>, forget: (id: number) => boolean = () => true): RetentionSweep {
  return new RetentionSweep(
    stored.journal.retention,
    { finishedSeconds: 1e9, finishedCount: 1e9, ...retention },
    forget,
    SILENT_LOGGER,
  );
}

describe('retention', () => {
  test('retention drops executions past their age with state and history, and never running ones', () => {
    store(1, 1_000);
    store(2, 9_000);
    store(3, undefined);
    expect(sweepOf({ finishedSeconds: 5 }).sweep(10_000)).toBe(true);
    expect(stored.journal.executions.findById(1)).toBeUndefined();
    expect(stored.journal.states.read(1)).toBeUndefined();
    expect(stored.journal.history.forwards(1, 1, 10)).toEqual([]);
    expect(stored.journal.executions.findById(2)).toBeDefined();
    expect(stored.journal.executions.findById(3)).toBeDefined();
  });

  test('retention keeps only so many finished executions, those that ended last', () => {
    for (const id of [1, 2, 3, 4]) {
      store(id, id * 1_000);
    }
    const sweep = sweepOf({ finishedCount: 2 });
    sweep.sweep(10_000);
    expect([1, 2, 3, 4].filter((id) => stored.journal.executions.findById(id))).toEqual([3, 4]);
    expect(sweep.sweep(10_000)).toBe(false);
  });

  test('retention keeps an execution until it is older than its age, to the millisecond', () => {
    store(1, 5_000);
    const sweep = sweepOf({ finishedSeconds: 5 });
    expect(sweep.sweep(10_000)).toBe(false);
    expect(sweep.sweep(10_001)).toBe(true);
    expect(kept(1)).toEqual([]);
  });

  test('both limits count: an execution leaves the journal when it is too old or one too many', () => {
    for (const [id, stoppedAt] of [1_000, 8_000, 9_000, 9_500].entries()) {
      store(id + 1, stoppedAt);
    }
    const sweep = sweepOf({ finishedSeconds: 5, finishedCount: 2 });
    while (sweep.sweep(10_000)) {}
    expect(kept(1, 2, 3, 4)).toEqual([3, 4]);
    store(5, 9_600);
    sweep.executionEnded();
    expect(sweep.sweep(10_000)).toBe(true);
    expect(kept(3, 4, 5)).toEqual([4, 5]);
  });

  test('an execution that has to stay keeps no other in the journal', () => {
    store(1, 1_000);
    store(2, 2_000);
    expect(sweepOf({ finishedSeconds: 5 }, (id) => id !== 1).sweep(10_000)).toBe(true);
    expect(kept(1, 2)).toEqual([1]);
  });

  test('very many old executions leave the journal over several sweeps, and are counted right after them', () => {
    for (let id = 1; id <= 401; id += 1) {
      store(id, id);
    }
    const sweep = sweepOf({ finishedCount: 1 });
    expect(sweep.sweep(10_000)).toBe(true);
    expect(stored.journal.retention.countFinished()).toBe(201);
    expect([sweep.sweep(10_000), sweep.sweep(10_000)]).toEqual([true, false]);
    expect(kept(400, 401)).toEqual([401]);
  });

  test('a sweep that fails is logged, and the next one comes a minute later; a stopped one never comes', async () => {
    jest.useFakeTimers();
    const { logger, errors, fields } = errorLog();
    store(1, 1);
    let fails = true;
    const forget = (): boolean => {
      if (fails) {
        throw new Error('disk full');
      }
      return true;
    };
    const sweep = new RetentionSweep(
      stored.journal.retention,
      { finishedSeconds: 1, finishedCount: 9 },
      forget,
      logger,
    );
    sweep.start();
    jest.advanceTimersByTime(59_999);
    expect(errors).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(errors).toEqual(['finished executions could not be dropped']);
    expect(fields).toEqual([{ err: new Error('disk full') }]);
    fails = false;
    jest.advanceTimersByTime(60_000);
    expect(kept(1)).toEqual([]);
    store(2, 1);
    jest.advanceTimersByTime(1);
    expect(kept(2)).toEqual([]);
    store(3, 1);
    sweep.stop();
    jest.advanceTimersByTime(600_000);
    expect(kept(3)).toEqual([3]);
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  test('an execution that was redriven does not count as finished until it ends again', () => {
    store(1, 1_000);
    store(2, 2_000);
    const sweep = sweepOf({ finishedCount: 1 });
    stored.journal.executions.update(1, { ...execution(1), redriveCount: 1 });
    sweep.executionRedriven();
    expect(sweep.sweep(10_000)).toBe(false);
    stored.journal.executions.update(1, { ...execution(1), status: 'FAILED', stoppedAt: 3_000 });
    sweep.executionEnded();
    expect(sweep.sweep(10_000)).toBe(true);
    expect(kept(1, 2)).toEqual([1]);
  });

  test('retention keeps an execution that is about to change', () => {
    store(1, 1_000);
    expect(sweepOf({ finishedSeconds: 5 }, () => false).sweep(10_000)).toBe(false);
    expect(stored.journal.executions.findById(1)).toBeDefined();
  });

  const revision = {
    revisionId: 'r',
    definition: '{}',
    roleArn: 'r',
    logging: '{}',
    tracing: '{}',
    encryption: '{}',
  };

  test('retention drops an unused revision, but not one that an execution may be about to start with', () => {
    const first = stored.journal.stateMachines.create(
      { arn: 'a', name: 'a', type: 'STANDARD', createdAt: 1 },
      revision,
    );
    const second = stored.journal.stateMachines.revise(first, revision, 2);
    const sweep = sweepOf({});
    sweep.dropRevisions();
    expect(stored.journal.retention.unusedRevisions()).toEqual([first.revision]);
    sweep.dropRevisions();
    expect(stored.journal.retention.unusedRevisions()).toEqual([]);
    expect(stored.journal.stateMachines.revision(second.revision).definition).toBe('{}');
  });

  test('a sweep that finds nothing looks after revisions, and the next one comes a minute later', () => {
    jest.useFakeTimers();
    const names = { arn: 'a', name: 'a', type: 'STANDARD', createdAt: 1 } as const;
    const machine = stored.journal.stateMachines.create(names, revision);
    stored.journal.stateMachines.revise(machine, revision, 2);
    const sweep = sweepOf({});
    sweep.start();
    jest.advanceTimersByTime(119_999);
    const before = stored.journal.retention.unusedRevisions();
    jest.advanceTimersByTime(1);
    const after = stored.journal.retention.unusedRevisions();
    sweep.stop();
    jest.useRealTimers();
    expect([before, after]).toEqual([[machine.revision], []]);
  });

  test('an execution that is too old and one too many is dropped and counted once', () => {
    for (const [id, stoppedAt] of [1_000, 9_000, 9_500].entries()) {
      store(id + 1, stoppedAt);
    }
    const sweep = sweepOf({ finishedSeconds: 5, finishedCount: 2 });
    expect(sweep.sweep(10_000)).toBe(true);
    store(4, 9_600);
    sweep.executionEnded();
    expect(sweep.sweep(10_000)).toBe(true);
    expect(kept(1, 2, 3, 4)).toEqual([3, 4]);
  });

  test('a revision that was in use between two looks counts as found unused for the first time', () => {
    const names = { arn: 'a', name: 'a', type: 'STANDARD', createdAt: 1 } as const;
    const machine = stored.journal.stateMachines.create(names, revision);
    stored.journal.stateMachines.revise(machine, revision, 2);
    const version = { stateMachine: machine.id, version: 1, description: undefined, createdAt: 1 };
    const sweep = sweepOf({});
    sweep.dropRevisions();
    stored.journal.versions.create({ ...version, revision: machine.revision });
    sweep.dropRevisions();
    stored.journal.versions.delete(machine.id, 1);
    sweep.dropRevisions();
    expect(stored.journal.retention.unusedRevisions()).toEqual([machine.revision]);
    sweep.dropRevisions();
    expect(stored.journal.retention.unusedRevisions()).toEqual([]);
  });

  test('retention keeps a revision as long as a version or an execution refers to it', () => {
    const names = { arn: 'a', name: 'a', type: 'STANDARD', createdAt: 1 } as const;
    let machine = stored.journal.stateMachines.create(names, revision);
    const [ofVersion, ofExecution, ofNobody] = [1, 2, 3].map(() => {
      const used = machine.revision;
      machine = stored.journal.stateMachines.revise(machine, revision, 2);
      return used;
    });
    const version = { stateMachine: machine.id, version: 1, description: undefined, createdAt: 1 };
    stored.journal.versions.create({ ...version, revision: ofVersion ?? 0 });
    stored.journal.executions.insert({ id: 9, stateMachine: machine.id, revision: ofExecution ?? 0 }, execution(9));
    expect(stored.journal.retention.unusedRevisions()).toEqual([ofNobody]);
    stored.journal.versions.delete(machine.id, 1);
    expect(stored.journal.retention.unusedRevisions()).toEqual([ofVersion, ofNobody]);
  });

  test('the tokens and map runs of an execution leave the journal with it, and those of others stay', () => {
    for (const id of [1, 2]) {
      store(id, id * 1_000);
      const task = { token: `token-${id}`, execution: id, taskId: 'task-1' };
      stored.journal.tokens.insert({ ...task, status: 'CLOSED', activityArn: undefined, activityInput: undefined });
      stored.journal.database
        .statement("INSERT INTO map_runs (arn, execution, started_at, map_run) VALUES (?, ?, 0, '{}')")
        .run(`map-${id}`, id);
    }
    sweepOf({ finishedCount: 1 }).sweep(10_000);
    expect([1, 2].filter((id) => stored.journal.tokens.find(`token-${id}`))).toEqual([2]);
    expect([1, 2].filter((id) => stored.journal.mapRuns.find(`map-${id}`))).toEqual([2]);
  });

  test('a finished child of a distributed Map is kept and dropped with its parent', () => {
    store(1, undefined);
    storeChild(2, 1, 1_000);
    store(3, 9_000);
    storeChild(4, 3, 1_000);
    store(5, 1_000);
    storeChild(6, 5, 900);
    sweepOf({ finishedSeconds: 5 }).sweep(10_000);
    expect(kept(1, 2, 3, 4, 5, 6)).toEqual([1, 2, 3, 4]);
  });

  test('children of a distributed Map do not count as finished executions', () => {
    store(1, 1_000);
    for (const id of [2, 3, 4]) {
      storeChild(id, 1, 900);
    }
    store(5, 2_000);
    const sweep = sweepOf({ finishedCount: 2 });
    expect(sweep.sweep(10_000)).toBe(false);
    store(6, 3_000);
    sweep.executionEnded();
    expect(sweep.sweep(10_000)).toBe(true);
    expect(kept(1, 2, 3, 4, 5, 6)).toEqual([5, 6]);
    expect(sweep.sweep(10_000)).toBe(false);
  });

  test('an execution with very many children is dropped in batches, and cannot be redriven after the first', () => {
    store(1, 1_000);
    for (let id = 2; id < 452; id += 1) {
      storeChild(id, 1, 900);
    }
    const sweep = sweepOf({ finishedSeconds: 5 });
    expect(sweep.sweep(10_000)).toBe(true);
    expect(stored.journal.executions.list({ of: { mapRunArn: 'arn:mapRun:1' } }, 1_000)).toHaveLength(250);
    expect(stored.journal.states.read(1)).toBeUndefined();
    expect(stored.journal.executions.findById(1)).toBeDefined();
    while (sweep.sweep(10_000)) {}
    expect(stored.journal.executions.findById(1)).toBeUndefined();
    expect(stored.journal.executions.list({ of: { mapRunArn: 'arn:mapRun:1' } }, 1_000)).toEqual([]);
  });

  test('an execution id is never reused, not even after the latest execution was dropped', () => {
    store(7, 1_000);
    sweepOf({ finishedSeconds: 5 }).sweep(10_000);
    expect(stored.journal.executions.lastId()).toBe(7);
  });
});
