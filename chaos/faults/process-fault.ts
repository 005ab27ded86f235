import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isAlive, signal } from '../../embedded/supervisor/process-table.ts';
import type { Target } from '../proxy/wire-call.ts';
import type { StackUnderChaos } from '../stack-under-chaos.ts';
import type { FaultEvent } from './fault-event.ts';

/** Ends a process without warning and waits until the stack has started it again. */
export async function killProcess({ stack, proxies }: StackUnderChaos, target: Target): Promise<FaultEvent> {
  const at = new Date().toISOString();
  const doomed = stack.processes().filter(({ name }) => target === 'api' || name === target);
  const pid = stack.kill(target, 'SIGKILL');
  const isReplaced = (): boolean => {
    const running = new Map(stack.processes().map((process) => [process.name, process.pid]));
    return doomed.every((dead) => (running.get(dead.name) ?? dead.pid) !== dead.pid);
  };
  const mirrored = proxies.mirrorDeath(target, isReplaced);
  await stack.isBack(target, pid);
  await mirrored;
  return { at, until: new Date().toISOString(), target, what: `kill -9 of process ${pid}` };
}

/** Stops a process for a while and lets it go on; the system has to say that it stood still. */
export async function stopProcess(
  { stack }: StackUnderChaos,
  target: Target,
  milliseconds: number,
): Promise<FaultEvent> {
  const at = new Date().toISOString();
  const pid = stack.kill(target, 'SIGSTOP');
  try {
    await sleep(milliseconds);
    await refuseMoving(pid, target);
  } finally {
    signal(pid, 'SIGCONT');
  }
  return { at, until: new Date().toISOString(), target, what: `SIGSTOP of process ${pid} for ${milliseconds} ms` };
}

async function refuseMoving(pid: number, target: Target): Promise<void> {
  const state = await stateOf(pid);
  // Where faults are mixed, the death of the API process may have ended it meanwhile.
  if (state === 'ended' || state.startsWith('T')) return;
  throw new Error(`Process ${pid} (${target}) was to stand still, but is in state ${state}`);
}

/** The state as `ps` tells it; `ended` also where its parent has not noticed yet (a zombie). */
async function stateOf(pid: number): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]);
    return stdout.startsWith('Z') ? 'ended' : stdout.trim();
  } catch (error) {
    if (!isAlive(pid)) return 'ended';
    throw error;
  }
}
