import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Journal } from '../journal/journal.ts';
import { startTestEngine } from '../testing/test-engine.ts';
import { ActivityQueue } from './activity-queue.ts';
import type { IncomingEvent } from './incoming-event.ts';

test('workers get the tasks of an activity that come after a hundred unfinished ones', async () => {
  const on = startTestEngine();
  const { activityArn = '' } = await on.call('CreateActivity', { name: 'work' });
  const stateMachineArn = await on.create('machine', {
    StartAt: 'A',
    States: { A: { Type: 'Task', Resource: activityArn, End: true } },
  });
  const starts = 130;
  await Promise.all(Array.from({ length: starts }, () => on.call('StartExecution', { stateMachineArn })));
  const tokens = new Set<unknown>();
  for (let polls = 0; polls < starts; polls += 1) {
    tokens.add((await on.call('GetActivityTask', { activityArn })).taskToken);
  }
  expect(tokens.size).toBe(starts);
  await on.engine.close();
});

describe('a queue of activity tasks', () => {
  const ACTIVITY = 'arn:activity';
  const PATIENCE_MS = 60_000;
  let journal: Journal;
  let delivered: (IncomingEvent & { readonly execution: number })[];
  /** Whether a task is still there to be had, by execution. */
  let answers: Map<number, () => Promise<boolean>>;
  let queue: ActivityQueue;

  beforeEach(() => {
    jest.useFakeTimers();
    journal = new Journal(':memory:', 'process');
    delivered = [];
    answers = new Map();
    queue = new ActivityQueue(journal.tokens, {
      deliver: async (execution, event) => {
        delivered.push({ ...event, execution });
        const isThere = await (answers.get(execution)?.() ?? true);
        if (isThere) {
          journal.tokens.open(execution, 'task-1');
        }
        return isThere;
      },
    });
  });

  afterEach(async () => {
    jest.useRealTimers();
    await journal.close();
  });

  function schedule(execution: number, activityArn = ACTIVITY): void {
    const task = { token: `token-${execution}`, execution, taskId: 'task-1', activityArn, activityInput: '{}' };
    journal.tokens.insert({ ...task, status: 'SCHEDULED' });
    queue.scheduled(activityArn);
  }
  async function take(patienceMs = PATIENCE_MS, gone = new AbortController().signal): Promise<string | undefined> {
    return (await queue.take(ACTIVITY, 'worker', patienceMs, gone))?.token;
  }

  test('the oldest execution’s task comes first, and the execution learns which worker has it', async () => {
    schedule(2);
    schedule(1);
    schedule(3, 'arn:another');
    expect(await take()).toBe('token-1');
    expect(delivered).toEqual([{ type: 'TaskStarted', taskId: 'task-1', workerName: 'worker', execution: 1 }]);
    expect((await queue.take(ACTIVITY, undefined, 0, new AbortController().signal))?.token).toBe('token-2');
    expect(delivered[1]).toEqual({ type: 'TaskStarted', taskId: 'task-1', execution: 2 });
    expect(await take(0)).toBeUndefined();
  });

  test('of workers that wait, one gets the task and the others wait on until their time is over', async () => {
    const ended: (string | undefined)[] = [];
    const polls = [1, 2].map(() => take().then((token) => ended.push(token)));
    await jest.advanceTimersByTimeAsync(PATIENCE_MS - 1);
    schedule(1, 'arn:another');
    schedule(2);
    await jest.advanceTimersByTimeAsync(0);
    expect(ended).toEqual(['token-2']);
    await jest.advanceTimersByTimeAsync(1);
    await Promise.all(polls);
    expect(ended).toEqual(['token-2', undefined]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('two workers that ask at the same time get different tasks', async () => {
    schedule(1);
    schedule(2);
    expect((await Promise.all([take(0), take(0), take(0)])).sort()).toEqual(['token-1', 'token-2', undefined]);
  });

  test('a task that ended before its worker got it is passed over', async () => {
    schedule(1);
    schedule(2);
    answers.set(1, async () => false);
    expect(await take()).toBe('token-2');
  });

  test('a task that could not be claimed because a commit failed goes to the next worker', async () => {
    schedule(1);
    answers.set(1, async () => {
      throw new Error('disk full');
    });
    await expect(take()).rejects.toThrow('disk full');
    answers.delete(1);
    expect(await take()).toBe('token-1');
  });

  test('a worker that hung up takes no task, and one that waits gets it', async () => {
    const hungUp = new AbortController();
    const gone = take(PATIENCE_MS, hungUp.signal);
    const waiting = take();
    await jest.advanceTimersByTimeAsync(0);
    hungUp.abort();
    expect(await gone).toBeUndefined();
    schedule(1);
    expect(await waiting).toBe('token-1');
    expect(await take(PATIENCE_MS, hungUp.signal)).toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('a worker that is woken leaves no listener on its signal, and each task wakes the next worker', async () => {
    const { signal } = new AbortController();
    const ended: (string | undefined)[] = [];
    const polls = [1, 2, 3].map(() => take(PATIENCE_MS, signal).then((token) => ended.push(token)));
    await jest.advanceTimersByTimeAsync(0);
    expect(getEventListeners(signal, 'abort')).toHaveLength(3);
    for (const execution of [1, 2]) {
      schedule(execution);
      await jest.advanceTimersByTimeAsync(0);
    }
    expect(ended).toEqual(['token-1', 'token-2']);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    queue.close();
    await Promise.all(polls);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('a worker that hung up during the look is not woken in the place of one that waits', async () => {
    const hungUp = new AbortController();
    const looked = Promise.withResolvers<boolean>();
    schedule(1);
    answers.set(1, () => looked.promise);
    const gone = take(PATIENCE_MS, hungUp.signal);
    const waiting = take();
    await jest.advanceTimersByTimeAsync(0);
    hungUp.abort();
    journal.tokens.close(1, 'task-1');
    looked.resolve(false);
    expect(await gone).toBeUndefined();
    schedule(2);
    expect(await waiting).toBe('token-2');
  });

  test('polls count against the limit of their activity while they wait, and no longer', async () => {
    expect(await take(0)).toBeUndefined();
    const polls = Array.from({ length: 999 }, () => take());
    expect(queue.isCrowded(ACTIVITY)).toBe(false);
    const last = take();
    expect([queue.isCrowded(ACTIVITY), queue.isCrowded('arn:another')]).toEqual([true, false]);
    await jest.advanceTimersByTimeAsync(0);
    schedule(1);
    await Promise.race([...polls, last]);
    expect(queue.isCrowded(ACTIVITY)).toBe(false);
    queue.close();
    await Promise.all([...polls, last]);
  });

  test('a close ends all polls at once, and later ones get nothing', async () => {
    const polls = [take(), take()];
    await jest.advanceTimersByTimeAsync(0);
    queue.close();
    expect(await Promise.all(polls)).toEqual([undefined, undefined]);
    expect(jest.getTimerCount()).toBe(0);
    schedule(1);
    expect(await take()).toBeUndefined();
  });
});
