import { type ChildProcess, fork } from 'node:child_process';
import type { Scenario } from './scenario.ts';
import type { ScheduleShape } from './schedules.ts';
import type { Mutation } from './service-mutations.ts';

/** The share of an exploration that one process runs. */
export interface ExplorationShare extends ScheduleShape {
  readonly runs: number;
  readonly seed: number;
  /** Seeded bugs of the services. */
  readonly mutations?: readonly Mutation[];
  /** Schedules that run before the random ones. Default: all known ones. */
  readonly known?: readonly Scenario[];
  /** Whether to shrink a failing schedule. Default: true. */
  readonly shrink?: boolean;
}

/** Result of one process. */
export interface ShareResult {
  /** Describes the first schedule that violated an invariant; null if none did. */
  readonly report: string | null;
  readonly statuses: readonly (readonly [string, number])[];
  readonly redriven: number;
  readonly sagas: number;
}

/** Results of all processes, added up. */
export interface CombinedExploration {
  /** One report for each process that found a violation. */
  readonly reports: readonly string[];
  /** Number of orders by final status. */
  readonly statuses: ReadonlyMap<string, number>;
  readonly redriven: number;
  readonly sagas: number;
  /** In wall-clock time, start-up of the processes included. */
  readonly sagasPerMinute: number;
}

/** V8's default young generation is small for this much short-lived data; a larger one saves a tenth of the time. */
const LARGE_NEW_SPACE = '--max-semi-space-size=32';

/**
 * Explores several shares in parallel, each in a process of its own.
 *
 * @param onProgress called now and then with the number of schedules run since the last call
 * @throws {Error} a process ended without a result
 */
export async function exploreInProcesses(
  shares: readonly ExplorationShare[],
  onProgress: (schedules: number) => void = () => undefined,
): Promise<CombinedExploration> {
  const children: ChildProcess[] = [];
  const began = performance.now();
  try {
    const seen = await Promise.all(
      shares.map((share) => {
        const child = fork(new URL('exploration-process.ts', import.meta.url), [JSON.stringify(share)], {
          execArgv: [LARGE_NEW_SPACE],
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
): Promise<ShareResult> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: ShareResult | number) => {
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
