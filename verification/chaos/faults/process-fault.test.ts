import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { type StruckStack, strike } from './process-fault.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children) {
    child.kill('SIGKILL');
  }
});

/** A stack of one real process that is never started again. */
function stackOf(child: ChildProcess, change: Partial<StruckStack['stack']> = {}, doomed: number[] = []): StruckStack {
  const pid = child.pid ?? 0;
  return {
    stack: {
      processes: () => [{ name: 'payment', pid }],
      kill: (_name, signal) => {
        process.kill(pid, signal);
        return pid;
      },
      isBack: async () => {},
      ...change,
    },
    proxies: { mirrorDeath: async () => {} },
    watch: { expectDeath: (dead) => doomed.push(dead) },
  };
}

function child(): ChildProcess {
  const started = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  children.push(started);
  return started;
}

const unlessWindows = process.platform === 'win32' ? test.skip : test;

unlessWindows('a process that stood still is told to have, and goes on', async () => {
  const { over } = await strike(stackOf(child()), 'payment', { kind: 'SIGSTOP', ms: 100 });
  expect(await over).toMatchObject({
    target: 'payment',
    what: expect.stringMatching(/^SIGSTOP of process \d+ for 100 ms$/),
  });
});

unlessWindows('a process that was ended while it stood still is not told to have stood still', async () => {
  const doomed = child();
  const { over } = await strike(stackOf(doomed), 'payment', { kind: 'SIGSTOP', ms: 300 });
  doomed.kill('SIGKILL');
  expect(await over).toBeUndefined();
});

unlessWindows('a process that did not stand still is no fault but a failure', async () => {
  const moving = stackOf(child(), { kill: () => children.at(-1)?.pid ?? 0 });
  const { over } = await strike(moving, 'payment', { kind: 'SIGSTOP', ms: 50 });
  await expect(over).rejects.toThrow('was to stand still');
});

test('a signal that reached nobody is sent again once the process is there', async () => {
  const doomed: number[] = [];
  let absent = 2;
  const kill = () => {
    absent -= 1;
    if (absent >= 0) {
      throw new Error('no process payment runs');
    }
    return 7;
  };
  const { over } = await strike(stackOf(child(), { kill }, doomed), 'payment', { kind: 'kill -9' });
  expect(await over).toMatchObject({ what: 'kill -9 of process 7' });
  expect(doomed).toHaveLength(1);
});

test('a killed process that does not come back is a failure, although its callers are still turned away', async () => {
  const isBack = async () => {
    await sleep(10);
    throw new Error('payment did not come back');
  };
  const stack = {
    ...stackOf(child(), { isBack }),
    proxies: { mirrorDeath: () => sleep(60_000, undefined, { ref: false }) },
  };
  const { over } = await strike(stack, 'payment', { kind: 'kill -9' });
  await expect(over).rejects.toThrow('did not come back');
});
