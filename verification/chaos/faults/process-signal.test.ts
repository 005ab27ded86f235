import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { type SignalledStack, sendSignal } from './process-signal.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children) {
    child.kill('SIGKILL');
  }
});

/** A stack of one real process, which is never restarted. */
function stackOf(
  child: ChildProcess,
  change: Partial<SignalledStack['stack']> = {},
  killed: number[] = [],
): SignalledStack {
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
    watch: { expectDeath: (dead) => killed.push(dead) },
  };
}

function child(): ChildProcess {
  const started = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  children.push(started);
  return started;
}

const unlessWindows = process.platform === 'win32' ? test.skip : test;

unlessWindows('a SIGSTOP is reported once the process stood still, and the process goes on', async () => {
  const { finished } = await sendSignal(stackOf(child()), 'payment', { kind: 'SIGSTOP', ms: 100 });
  expect(await finished).toMatchObject({
    target: 'payment',
    what: expect.stringMatching(/^SIGSTOP of process \d+ for 100 ms$/),
  });
});

unlessWindows('a SIGSTOP of a process that was killed meanwhile is not reported', async () => {
  const killed = child();
  const { finished } = await sendSignal(stackOf(killed), 'payment', { kind: 'SIGSTOP', ms: 300 });
  killed.kill('SIGKILL');
  expect(await finished).toBeUndefined();
});

unlessWindows('a SIGSTOP without effect fails the run', async () => {
  const moving = stackOf(child(), { kill: () => children.at(-1)?.pid ?? 0 });
  const { finished } = await sendSignal(moving, 'payment', { kind: 'SIGSTOP', ms: 50 });
  await expect(finished).rejects.toThrow('should be stopped');
});

test('a signal that reached no process is sent again once the process runs', async () => {
  const killed: number[] = [];
  let absent = 2;
  const kill = () => {
    absent -= 1;
    if (absent >= 0) {
      throw new Error('no process payment runs');
    }
    return 7;
  };
  const { finished } = await sendSignal(stackOf(child(), { kill }, killed), 'payment', { kind: 'kill -9' });
  expect(await finished).toMatchObject({ what: 'kill -9 of process 7' });
  expect(killed).toHaveLength(1);
});

test('a killed process that does not come back fails the run, although its callers are still refused', async () => {
  const isBack = async () => {
    await sleep(10);
    throw new Error('payment did not come back');
  };
  const stack = {
    ...stackOf(child(), { isBack }),
    proxies: { mirrorDeath: () => sleep(60_000, undefined, { ref: false }) },
  };
  const { finished } = await sendSignal(stack, 'payment', { kind: 'kill -9' });
  await expect(finished).rejects.toThrow('did not come back');
});
