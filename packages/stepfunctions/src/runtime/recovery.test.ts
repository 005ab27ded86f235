import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { machine, ScriptedRun, task } from '../core/testing/scripted-run.ts';
import { errorLog } from '../testing/test-loggers.ts';
import { InterruptedTasks, Recovery } from './recovery.ts';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

function ids(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

describe('recovery', () => {
  test('recovery tries every execution once, however many batches they are', async () => {
    const tried: number[] = [];
    await new Recovery(errorLog().logger).run(ids(401), async (id) => tried.push(id));
    expect(tried).toEqual(ids(401));
  });

  test('an execution that cannot be recovered is tried again after 250 ms, then after twice the pause, up to a minute', async () => {
    const { logger, errors, fields } = errorLog();
    const tried: number[] = [];
    await new Recovery(logger).run([1, 2], async (id) => {
      tried.push(id);
      if (id === 1) {
        throw new Error('disk full');
      }
    });
    expect(tried).toEqual([1, 2]);
    const pauses: number[] = [];
    for (let failures = tried.length; pauses.length < 10; failures = tried.length) {
      let pause = 0;
      for (; tried.length === failures; pause += 50) {
        await jest.advanceTimersByTimeAsync(50);
      }
      pauses.push(pause);
    }
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(new Set(tried.slice(2))).toEqual(new Set([1]));
    expect(errors).toEqual(Array.from({ length: 11 }, () => 'an execution could not be recovered'));
    expect(fields[1]).toEqual({ execution: 1, err: new Error('disk full'), againInMs: 500 });
  });

  test('an execution that was recovered at the second try is not tried a third time', async () => {
    let tries = 0;
    await new Recovery(errorLog().logger).run([1], async () => {
      tries += 1;
      if (tries === 1) {
        throw new Error('disk full');
      }
    });
    await jest.advanceTimersByTimeAsync(600_000);
    expect(tries).toBe(2);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('once it is stopped, recovery begins no further batch, tries nothing again and reports nothing', async () => {
    const { logger, errors } = errorLog();
    const recovery = new Recovery(logger);
    const tried: number[] = [];
    await recovery.run(ids(401), async (id) => {
      tried.push(id);
      if (id === 1) {
        throw new Error('disk full');
      }
      if (id === 200) {
        await setImmediate();
        recovery.stop();
        throw new Error('closed');
      }
    });
    await jest.advanceTimersByTimeAsync(600_000);
    expect(tried).toEqual(ids(200));
    expect(errors).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('interrupted tasks', () => {
  test('the tasks of an execution are interrupted as they are when it is first loaded, until each is settled', async () => {
    const branches = [machine({ A: task() }), machine({ B: task() })];
    const run = await ScriptedRun.start(
      machine({ Both: { Type: 'Parallel', Branches: branches, Next: 'C' }, C: task() }),
    );
    const [a, b] = run.tasks.map(({ taskId }) => taskId);
    const interrupted = new InterruptedTasks([7, 8]);
    expect(interrupted.executions).toEqual([7, 8]);
    expect(interrupted.of(7)).toEqual([]);
    interrupted.loaded(7, run.execution);
    interrupted.loaded(9, run.execution);
    await run.succeed();
    await run.succeed();
    interrupted.loaded(7, run.execution);
    expect(interrupted.of(7)).toEqual([a, b]);
    expect(interrupted.of(9)).toEqual([]);
    interrupted.settle(7, a ?? '');
    expect(interrupted.of(7)).toEqual([b]);
    expect(interrupted.executions).toEqual([7, 8]);
    interrupted.settle(7, b ?? '');
    expect(interrupted.executions).toEqual([8]);
    interrupted.loaded(7, run.execution);
    expect(interrupted.of(7)).toEqual([]);
    interrupted.settle(9, a ?? '');
    expect(interrupted.executions).toEqual([8]);
  });
});
