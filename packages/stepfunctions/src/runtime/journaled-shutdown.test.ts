import { once } from 'node:events';
import { describe, expect, jest, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { FUNCTION, TASK, withDurableShell } from '../testing/durable-shell.ts';

const shell = withDurableShell();
const WORK: JsonObject = { Type: 'Task', Resource: FUNCTION };
const TWO_TASKS: JsonObject = { StartAt: 'A', States: { A: { ...WORK, Next: 'B' }, B: { ...WORK, End: true } } };

/** Lets everything happen that waits for no timer. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) {
    await new Promise((done) => setImmediate(done));
  }
}

/** Lets steps happen, which take microtasks alone, but no commit. */
async function stepped(): Promise<void> {
  for (let turns = 0; turns < 100; turns += 1) {
    await Promise.resolve();
  }
}

describe('the durable shell that is closed', () => {
  test('a task that began with the last commit is left to the next process', async () => {
    const id = await shell.start(TWO_TASKS);
    const answered = shell.executions.deliver(id, { type: 'TaskSucceeded', taskId: 'task-1', output: 1 });
    await stepped();
    shell.close();
    expect(await answered).toBe(true);
    await settled();
    expect(shell.calls).toHaveLength(1);
    shell.reopen();
    await shell.executions.recover();
    expect(shell.calls).toHaveLength(2);
  });

  test('an event that waits for the step under way is not processed, since another process may hold the journal', async () => {
    const id = await shell.start(TWO_TASKS);
    void shell.executions.deliver(id, { type: 'TaskSucceeded', taskId: 'task-1', output: 1 });
    void shell.executions.deliver(id, { type: 'StopRequested' });
    void shell.executions.deliver(id, { type: 'StopRequested' });
    await stepped();
    shell.close();
    const events = shell.journal.history.lastId(id);
    await settled();
    expect(shell.journal.history.lastId(id)).toBe(events);
    expect(shell.journal.executions.findById(id)).toMatchObject({ status: 'RUNNING' });
  });

  test('the outcome of a task that comes later is not looked at', async () => {
    const id = await shell.start(TASK);
    expect(shell.executions.forget(id)).toBe(true);
    shell.close();
    const read = jest.spyOn(shell.journal.states, 'read');
    shell.calls[0]?.resolve(1);
    await settled();
    expect(read).not.toHaveBeenCalled();
  });

  test('an interrupted task whose restart was committed last is not called', async () => {
    await shell.start(TASK);
    shell.close();
    shell.reopen();
    const noted = once(shell.executions.events, 'committed');
    shell.executions.events.on('committed', () => shell.close());
    await shell.executions.recover();
    await noted;
    expect(shell.calls).toHaveLength(1);
    expect(shell.log.errors).toEqual([]);
  });
});

describe('recovery of executions that changed meanwhile', () => {
  test('an interrupted task that a caller answered before its turn is not called, and nothing fails', async () => {
    const stopped = await shell.start(TASK, 'stopped');
    const answered = await shell.start(TASK, 'answered');
    shell.close();
    shell.reopen();
    await shell.executions.deliver(stopped, { type: 'StopRequested' });
    await shell.executions.deliver(answered, { type: 'TaskSucceeded', taskId: 'task-1', output: 1 });
    await shell.executions.recover();
    expect(shell.calls).toHaveLength(2);
    expect(shell.log.errors).toEqual([]);
  });

  test('a timer of an execution that is gone fires nothing, and is not fired again and again', async () => {
    const id = await shell.start(TASK);
    const state = shell.journal.states.read(id) ?? '';
    shell.journal.states.insert(77, state, { dueAt: 1, tasksOut: 0 });
    const look = jest.spyOn(shell.journal.states, 'due');
    await shell.executions.recover();
    await new Promise((done) => setTimeout(done, 50));
    expect(look).toHaveBeenCalledTimes(1);
    expect(shell.log.errors).toEqual([]);
    expect(shell.journal.states.nextDue()).toBeGreaterThan(Date.now());
  });
});

test('the pauses before an outcome is delivered again double from 250 ms up to a minute', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  try {
    shell.close();
    shell.reopen();
    await shell.start(TASK);
    shell.writable(false);
    shell.calls[0]?.resolve('answer');
    await settled();
    const pauses: number[] = [];
    for (let failures = shell.log.errors.length; pauses.length < 10; failures = shell.log.errors.length) {
      let pause = 0;
      for (; shell.log.errors.length === failures && pause < 100_000; pause += 250) {
        await jest.advanceTimersByTimeAsync(250);
        await settled();
      }
      pauses.push(pause);
    }
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    shell.writable(true);
  } finally {
    jest.useRealTimers();
  }
});
