import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedStack } from '../../../embedded/stack.ts';
import { signal } from '../../../embedded/supervisor/process-table.ts';
import type { Proxies } from '../proxy/proxies.ts';
import type { Target } from '../proxy/wire-call.ts';
import type { FaultEvent } from './fault-event.ts';
import { processState } from './process-state.ts';
import type { ProcessWatch } from './process-watch.ts';

/** What of a stack under chaos is needed to strike its processes. */
export interface StruckStack {
  readonly stack: Pick<EmbeddedStack, 'processes' | 'kill' | 'isBack'>;
  readonly proxies: Pick<Proxies, 'mirrorDeath'>;
  readonly watch: Pick<ProcessWatch, 'expectDeath'>;
}

/** What a signal is sent for: to end a process, or to have it stand still for a while. */
export type ProcessFault = { readonly kind: 'kill -9' } | { readonly kind: 'SIGSTOP'; readonly ms: number };

/** A fault whose signal has been sent. */
export interface Struck {
  /** ISO 8601; when it was sent. */
  readonly at: string;
  /** What happened, once the process is back; undefined where it did not, since the process was ended meanwhile. */
  readonly over: Promise<FaultEvent | undefined>;
}

/** A process that is just being started again is waited for. */
const START_WITHIN_MS = 60_000;
const POLL_MS = 50;

/**
 * Strikes a process; resolves as soon as the signal is sent.
 *
 * @throws {Error} there is no such process to be struck
 */
export async function strike(stack: StruckStack, target: Target, fault: ProcessFault): Promise<Struck> {
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    const doomed = stack.stack.processes().filter(({ name }) => target === 'api' || name === target);
    const at = new Date().toISOString();
    const pid = struckNow(stack, target, fault.kind === 'kill -9' ? 'SIGKILL' : 'SIGSTOP', deadline);
    if (pid !== undefined) {
      const over = fault.kind === 'kill -9' ? killed(stack, target, pid, doomed) : stopped(target, pid, fault);
      const event = (what: string | undefined): FaultEvent | undefined =>
        what === undefined ? undefined : { at, until: new Date().toISOString(), target, what };
      return { at, over: over.then(event) };
    }
    await sleep(POLL_MS);
  }
}

/** The process that was hit; undefined between two lives of it, as long as there is time. */
function struckNow({ stack }: StruckStack, target: Target, name: NodeJS.Signals, deadline: number) {
  try {
    return stack.kill(target, name);
  } catch (error) {
    if (Date.now() < deadline) {
      return undefined;
    }
    throw error;
  }
}

/** Waits until all that died is back; with the API process its children die, too. */
async function killed(
  { stack, proxies, watch }: StruckStack,
  target: Target,
  pid: number,
  doomed: ReturnType<EmbeddedStack['processes']>,
): Promise<string> {
  for (const dead of doomed) {
    watch.expectDeath(dead.pid);
  }
  const isReplaced = (): boolean => {
    const running = new Map(stack.processes().map((process) => [process.name, process.pid]));
    return doomed.every((dead) => (running.get(dead.name) ?? dead.pid) !== dead.pid);
  };
  await Promise.all([stack.isBack(target, pid), proxies.mirrorDeath(target, isReplaced)]);
  return `kill -9 of process ${pid}`;
}

/** Lets the process go on after a while; the system has to say that it stood still. */
async function stopped(target: Target, pid: number, { ms }: { readonly ms: number }): Promise<string | undefined> {
  try {
    await sleep(ms);
    const state = await processState(pid);
    // Where faults are mixed, the death of the API process may have ended it meanwhile.
    if (state === 'ended') {
      return undefined;
    }
    if (!state.startsWith('T')) {
      throw new Error(`Process ${pid} (${target}) was to stand still, but is in state ${state}`);
    }
  } finally {
    signal(pid, 'SIGCONT');
  }
  return `SIGSTOP of process ${pid} for ${ms} ms`;
}
