import { describe, expect, jest, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { TASK, withDurableShell } from '../testing/durable-shell.ts';
import { eventually } from '../testing/test-server.ts';

const shell = withDurableShell();
const WAIT: JsonObject = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 86_400, End: true } } };

/** Whether the state of an execution is read from the journal, which it is not while that is in memory. */
function isRead(id: number): boolean {
  const read = jest.spyOn(shell.journal.states, 'read');
  shell.executions.state(id);
  const isCalled = read.mock.calls.length > 0;
  read.mockRestore();
  return isCalled;
}

describe('the memory of the durable shell', () => {
  test('executions that run stay in memory, and one that has ended leaves it', async () => {
    const id = await shell.start(TASK);
    const other = await shell.start(TASK, 'two');
    expect([isRead(id), isRead(other)]).toEqual([false, false]);
    await shell.executions.deliver(id, { type: 'StopRequested' });
    expect([isRead(id), isRead(other)]).toEqual([true, false]);
    expect(shell.executions.state(id)).toMatchObject({ status: 'ABORTED' });
  });

  test('beyond two thousand executions, the least recently used leave memory', async () => {
    await Promise.all(Array.from({ length: 2_000 }, (_, index) => shell.start(WAIT, `${index}`)));
    expect([isRead(1), isRead(2)]).toEqual([false, false]);
    await shell.start(WAIT, 'one more');
    expect([isRead(2), isRead(1), isRead(3)]).toEqual([false, false, true]);
  });

  test('a start whose commit failed leaves no trace, and the name can be started again', async () => {
    await shell.start(TASK, 'before');
    shell.writable(false);
    await expect(shell.start(TASK)).rejects.toThrow();
    expect(shell.log.errors).toEqual(['a commit failed']);
    expect(shell.log.fields).toEqual([{ executionArn: expect.stringContaining(':one'), err: expect.any(Error) }]);
    shell.writable(true);
    expect(isRead(2)).toBe(true);
    expect(await shell.executions.deliver(2, { type: 'StopRequested' })).toBe(false);
    const again = await shell.start(TASK);
    expect(shell.executions.state(again)).toMatchObject({ name: 'one', status: 'RUNNING' });
    expect(shell.journal.executions.findById(2)).toBeUndefined();
  });

  test('an execution that was loaded from the journal still knows where it comes from', async () => {
    const origins: unknown[] = [];
    shell.executions.events.on('ended', (_, origin) => origins.push(origin));
    const parent = { execution: 99, taskId: 'task-7', waits: false };
    const [plain, child, traced] = [
      await shell.start(TASK, 'plain'),
      await shell.start(TASK, 'child', parent),
      await shell.start(TASK, 'traced', undefined, 'Root=1'),
    ];
    for (const id of [plain, child, traced]) {
      expect(shell.executions.forget(id)).toBe(true);
      await shell.executions.deliver(id, { type: 'StopRequested' });
    }
    const origin = { stateMachine: 1, revision: 1 };
    expect(origins).toStrictEqual([
      { ...origin, id: plain },
      { ...origin, id: child, parent },
      { ...origin, id: traced, traceHeader: 'Root=1' },
    ]);
  });
});

describe('what the durable shell tells', () => {
  test('each change is told once, after its commit, and an event that changes nothing is not told', async () => {
    const told: string[] = [];
    const { events } = shell.executions;
    events.on('started', ({ status }) => told.push(`started ${status}`));
    events.on('redriven', ({ status }) => told.push(`redriven ${status}`));
    events.on('ended', ({ status }) => told.push(`ended ${status}`));
    events.on('committed', (_, history) => told.push(`committed ${history.map(({ type }) => type).join()}`));
    const id = await shell.start(TASK);
    await shell.executions.deliver(id, { type: 'TaskHeartbeat', taskId: 'another' });
    const scheduled = 'LambdaFunctionScheduled,LambdaFunctionStarted';
    const began = `committed ExecutionStarted,TaskStateEntered,${scheduled}`;
    expect(told).toEqual([began, 'started RUNNING']);
    await shell.executions.deliver(id, { type: 'StopRequested' });
    expect(told.splice(0).slice(2)).toEqual(['committed ExecutionAborted', 'ended ABORTED']);
    expect(await shell.executions.redrive(id, undefined)).toBe(true);
    expect(told).toEqual([`committed ExecutionRedriven,${scheduled}`, 'redriven RUNNING']);
    expect(shell.journal.executions.findById(id)).toMatchObject({ redriveCount: 1, redriveToken: undefined });
    (await eventually(() => shell.calls[1])).resolve(7);
    await eventually(() => shell.ended[1]);
    expect(shell.journal.states.read(id)).toBeUndefined();
    expect(await shell.executions.redrive(id, 'token')).toBe(false);
    expect(await shell.executions.redrive(id + 1, 'token')).toBe(false);
  });

  test('a state whose execution has no record takes no event', async () => {
    await shell.start(TASK);
    shell.journal.states.insert(77, shell.journal.states.read(1) ?? '', { dueAt: undefined, tasksOut: 1 });
    expect(await shell.executions.deliver(77, { type: 'StopRequested' })).toBe(false);
  });
});
