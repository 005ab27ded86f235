import { type ChildProcess, fork } from 'node:child_process';
import type { ScheduleShape } from './schedules.ts';
import type { Weakness } from './weakness.ts';

/** What one process explores. */
export interface ExplorationShare extends ScheduleShape {
  readonly runs: number;
  readonly seed: number;
  /** Breaks the services on purpose. */
  readonly weaknesses?: readonly Weakness[];
}

/** What one process saw. */
export interface ShareSeen {
  /** Of the first schedule that broke something; null where none did. */
  readonly report: string | null;
  readonly statuses: readonly (readonly [string, number])[];
  readonly redriven: number;
  readonly sagas: number;
}

/** What all of them saw together. */
export interface JointExploration {
  /** One for each process that found a schedule that breaks something. */
  readonly reports: readonly string[];
  /** How many orders ended how. */
  readonly statuses: ReadonlyMap<string, number>;
  readonly redriven: number;
  readonly sagas: number;
  /** By the clock, the start of the processes included. */
  readonly sagasPerMinute: number;
}

/** V8's usual nursery is small for work that makes and drops so much: a tenth of the time. */
const ROOMY_NURSERY = '--max-semi-space-size=32';

/**
 * Explores several shares at the same time, each in a process of its own.
 *
 * @param onProgress told now and then of so many further schedules that have been run
 * @throws {Error} a process ended without a result
 */
export async function exploreInProcesses(
  shares: readonly ExplorationShare[],
  onProgress: (schedules: number) => void = () => undefined,
): Promise<JointExploration> {
  const children: ChildProcess[] = [];
  const began = performance.now();
  try {
    const seen = await Promise.all(
      shares.map((share) => {
        const child = fork(new URL('exploration-child.ts', import.meta.url), [JSON.stringify(share)], {
          execArgv: [ROOMY_NURSERY],
        });
        children.push(child);
        return resultOf(child, share, onProgress);
      }),
    );
    const statuses = new Map<string, number>();
    for (const [status, count] of seen.flatMap((one) => one.statuses)) {
      statuses.set(status, (statuses.get(status) ?? 0) + count);
    }
    const sagas = seen.reduce((sum, one) => sum + one.sagas, 0);
    return {
      reports: seen.flatMap(({ report }) => report ?? []),
      statuses,
      redriven: seen.reduce((sum, one) => sum + one.redriven, 0),
      sagas,
      sagasPerMinute: Math.round((sagas / (performance.now() - began)) * 60_000),
    };
  } finally {
    for (const child of children) {
      child.kill();
    }
  }
}

function resultOf(
  child: ChildProcess,
  { seed }: ExplorationShare,
  onProgress: (schedules: number) => void,
): Promise<ShareSeen> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: ShareSeen | number) => {
      if (typeof message === 'number') {
        onProgress(message);
      } else {
        resolve(message);
      }
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`The simulation with seed ${seed} ended without a result (${signal ?? `exit code ${code}`})`));
    });
  });
}
