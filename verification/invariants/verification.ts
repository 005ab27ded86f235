import { setTimeout as sleep } from 'node:timers/promises';
import { checkInvariants, type Expectations, type InvariantReport } from './invariants.ts';
import { backlogOf } from './order-end.ts';
import type { ApiPromise, Snapshot } from './snapshot.ts';

/** What the verification reads from; SnapshotReader is one. */
export interface SnapshotSource {
  read(answers: readonly ApiPromise[]): Promise<Snapshot>;
  orders(): Promise<Snapshot['orders']>;
  executionsIn(status: 'RUNNING'): Promise<readonly string[]>;
}

/** How long to wait, and where to tell about it. */
export interface VerificationOptions {
  /** The longest to wait until nothing is open any more. */
  readonly drain_seconds: number;
  /** Pause between two looks; a look that took longer doubles as the pause. */
  readonly poll_seconds?: number;
  /** How long a finding may take to go away by itself, such as a late charge that Payment is about to void. */
  readonly settle_seconds?: number;
  /** What is known beforehand; a finding like any other where it does not hold. */
  readonly expected?: Expectations;
  /** Told after each look how many orders are still open, and every failed look. */
  readonly onProgress?: (progress: DrainProgress) => void;
}

/** One look at the backlog. */
export type DrainProgress = { readonly open: number; readonly seconds: number } | { readonly unreadable: Error };

/** The outcome of a verification. */
export interface Verification {
  readonly report: InvariantReport;
  readonly snapshot: Snapshot;
  /** Whether the backlog was gone before the time was over. */
  readonly drained: boolean;
  readonly drain_seconds: number;
}

/**
 * Waits until the backlog is gone or the time is over, then checks the invariants. A finding counts only when it does not
 * go away, since the tables cannot be read all at one instant and the services tidy up after themselves.
 *
 * @throws {Error} the tables or executions can still not be read when the time is over.
 */
export async function verifyInvariants(
  source: SnapshotSource,
  answers: readonly ApiPromise[],
  options: VerificationOptions,
): Promise<Verification> {
  const { drained, seconds } = await drain(source, options);
  let snapshot = await source.read(answers);
  let report = checkInvariants(snapshot, options.expected);
  const settled = Date.now() + (options.settle_seconds ?? 60) * 1000;
  while (report.verdict === 'broken' && Date.now() < settled) {
    await sleep((options.poll_seconds ?? 1) * 1000);
    snapshot = await source.read(answers);
    report = checkInvariants(snapshot, options.expected);
  }
  return { report, snapshot, drained, drain_seconds: seconds };
}

async function drain(source: SnapshotSource, options: VerificationOptions) {
  const started = Date.now();
  const deadline = started + options.drain_seconds * 1000;
  const until = new Date(deadline).toISOString();
  for (;;) {
    const lookedAt = Date.now();
    const seconds = (lookedAt - started) / 1000;
    const open = await openOrders(source, until, deadline, options);
    if (open === 0) {
      return { drained: true, seconds };
    }
    if (open !== undefined) {
      options.onProgress?.({ open, seconds });
    }
    if (Date.now() >= deadline) {
      return { drained: false, seconds: options.drain_seconds };
    }
    await sleep(Math.max((options.poll_seconds ?? 1) * 1000, Date.now() - lookedAt));
  }
}

/** How many orders are open; undefined while a restarting part of the stack cannot be read. */
async function openOrders(source: SnapshotSource, until: string, deadline: number, options: VerificationOptions) {
  try {
    const running = await source.executionsIn('RUNNING');
    return backlogOf(await source.orders(), running, until).size;
  } catch (error) {
    if (Date.now() >= deadline) {
      throw new Error('The backlog could not be read', { cause: error });
    }
    options.onProgress?.({ unreadable: error instanceof Error ? error : new Error(String(error)) });
    return undefined;
  }
}
