import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { EmbeddedStack } from '../../../embedded/stack.ts';
import { isAlive, signal } from '../../../embedded/supervisor/process-table.ts';
import type { Choices } from '../choices.ts';
import type { Target } from '../proxy/network-call.ts';
import type { Proxies } from '../proxy/proxies.ts';
import type { FaultEvent } from './injection.ts';
import type { ProcessWatch } from './process-watch.ts';

/** The parts of a stack under chaos that a signal to its processes needs. */
export interface SignalledStack {
  readonly stack: Pick<EmbeddedStack, 'processes' | 'kill' | 'isBack'>;
  readonly proxies: Pick<Proxies, 'mirrorDeath'>;
  readonly watch: Pick<ProcessWatch, 'expectDeath'>;
}

/** A fault of a process: it is killed, or stopped for some milliseconds. */
export type ProcessFault = { readonly kind: 'kill -9' } | { readonly kind: 'SIGSTOP'; readonly ms: number };

/** A fault whose signal was sent. */
export interface SentSignal {
  /** ISO 8601; when it was sent. */
  readonly at: string;
  /** The signal and its process, for people. */
  readonly what: string;
  /** Resolves once the process is back; to undefined where another fault ended the process meanwhile. */
  readonly finished: Promise<FaultEvent | undefined>;
}

/** How long a process stands still: sometimes beyond the longest deadline of a call (gRPC, 5 s), sometimes not. */
const STANDSTILL_MS = { least: 1_500, most: 8_000 } as const;
/** How long to wait for a process that is just being restarted. */
const START_WITHIN_MS = 60_000;
const POLL_MS = 50;

/** Draws a fault of that kind. */
export function drawProcessFault(kind: ProcessFault['kind'], choices: Choices): ProcessFault {
  switch (kind) {
    case 'kill -9':
      return { kind };
    case 'SIGSTOP':
      return { kind, ms: choices.between(STANDSTILL_MS.least, STANDSTILL_MS.most) };
  }
}

/**
 * Sends the signal of a fault to a process; resolves as soon as it is sent.
 *
 * @throws {Error} no such process runs
 */
export async function sendSignal(stack: SignalledStack, target: Target, fault: ProcessFault): Promise<SentSignal> {
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    const affected = stack.stack.processes().filter(({ name }) => target === 'api' || name === target);
    const at = new Date().toISOString();
    const pid = sendNow(stack, target, fault.kind === 'kill -9' ? 'SIGKILL' : 'SIGSTOP', deadline);
    if (pid !== undefined) {
      const finished = fault.kind === 'kill -9' ? replaced(stack, target, pid, affected) : resumed(target, pid, fault);
      const event = (what: string | undefined): FaultEvent | undefined =>
        what === undefined ? undefined : { at, until: new Date().toISOString(), target, what };
      return { at, what: `${fault.kind} of process ${pid}`, finished: finished.then(event) };
    }
    await sleep(POLL_MS);
  }
}

/** The process that got the signal; undefined before the deadline while the process is being restarted. */
function sendNow({ stack }: SignalledStack, target: Target, name: NodeJS.Signals, deadline: number) {
  try {
    return stack.kill(target, name);
  } catch (error) {
    if (Date.now() < deadline) {
      return undefined;
    }
    throw error;
  }
}

/** Waits until every killed process is back. The children of the API process die with it. */
async function replaced(
  { stack, proxies, watch }: SignalledStack,
  target: Target,
  pid: number,
  killed: ReturnType<EmbeddedStack['processes']>,
): Promise<string> {
  for (const dead of killed) {
    watch.expectDeath(dead.pid);
  }
  const isReplaced = (): boolean => {
    const running = new Map(stack.processes().map((process) => [process.name, process.pid]));
    return killed.every((dead) => (running.get(dead.name) ?? dead.pid) !== dead.pid);
  };
  await Promise.all([stack.isBack(target, pid), proxies.mirrorDeath(target, isReplaced)]);
  return `kill -9 of process ${pid}`;
}

/** Resumes the process after a while, once the system has confirmed that it stood still. */
async function resumed(target: Target, pid: number, { ms }: { readonly ms: number }): Promise<string | undefined> {
  try {
    await sleep(ms);
    const state = await processState(pid);
    // Where faults are mixed, the death of the API process may have ended it meanwhile.
    if (state === 'ended') {
      return undefined;
    }
    if (!state.startsWith('T')) {
      throw new Error(`Process ${pid} (${target}) should be stopped, but is in state ${state}`);
    }
  } finally {
    signal(pid, 'SIGCONT');
  }
  return `SIGSTOP of process ${pid} for ${ms} ms`;
}

/** The state as `ps` reports it. A zombie has `ended`, although its parent has not noticed. */
async function processState(pid: number): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]);
    return stdout.startsWith('Z') ? 'ended' : stdout.trim();
  } catch (error) {
    if (!isAlive(pid)) {
      return 'ended';
    }
    throw error;
  }
}
