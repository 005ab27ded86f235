import { setTimeout as sleep } from 'node:timers/promises';
import { checkInvariants, type Expectations, type InvariantReport } from './invariants.ts';
import { backlogOf } from './order-end.ts';
import type { ApiPromise, Snapshot } from './snapshot.ts';

/** The source of snapshots; SnapshotReader is one. */
export interface SnapshotSource {
  read(answers: readonly ApiPromise[]): Promise<Snapshot>;
  orders(): Promise<Snapshot['orders']>;
  executionsIn(status: 'RUNNING'): Promise<readonly string[]>;
}

/** How long to wait, and what else to check. */
export interface VerificationOptions {
  /** The longest wait for the backlog to drain. */
  readonly drainSeconds: number;
  /** The pause between two polls, at least as long as the poll took; 1 by default. */
  readonly pollSeconds?: number;
  /**
   * How long a violation may take to disappear by itself; 60 by default. Payment voids late charges, for example.
   */
  readonly settleSeconds?: number;
  /** What the caller knows in advance. Anything else is a violation, too. */
  readonly expected?: Expectations;
  /** Called after each poll with the size of the backlog, or with the error of a failed poll. */
  readonly onProgress?: (progress: DrainProgress) => void;
}

/** One poll of the backlog. */
export type DrainProgress = { readonly open: number; readonly seconds: number } | { readonly unreadable: Error };

/** The outcome of a verification. */
export interface Verification {
  readonly report: InvariantReport;
  readonly snapshot: Snapshot;
  /** Whether the backlog drained in time. */
  readonly drained: boolean;
  readonly drainSeconds: number;
}

/**
 * Waits until the backlog has drained or the time is over, then checks the invariants. Only a lasting violation counts: the
 * tables cannot be read at one instant, and the services clean up after themselves.
 *
 * @throws {Error} the tables or executions are still unreadable when the time is over
 */
export async function verifyInvariants(
  source: SnapshotSource,
  answers: readonly ApiPromise[],
  options: VerificationOptions,
): Promise<Verification> {
  const { drained, seconds } = await drain(source, options);
  let snapshot = await source.read(answers);
  let report = checkInvariants(snapshot, options.expected);
  const settleDeadline = Date.now() + (options.settleSeconds ?? 60) * 1000;
  while (report.verdict === 'broken' && Date.now() < settleDeadline) {
    await sleep((options.pollSeconds ?? 1) * 1000);
    snapshot = await source.read(answers);
    report = checkInvariants(snapshot, options.expected);
  }
  return { report, snapshot, drained, drainSeconds: seconds };
}

async function drain(source: SnapshotSource, options: VerificationOptions) {
  const started = Date.now();
  const deadline = started + options.drainSeconds * 1000;
  const until = new Date(deadline).toISOString();
  for (;;) {
    const polledAt = Date.now();
    const seconds = (polledAt - started) / 1000;
    const open = await openOrders(source, until, deadline, options);
    if (open === 0) {
      return { drained: true, seconds };
    }
    if (open !== undefined) {
      options.onProgress?.({ open, seconds });
    }
    if (Date.now() >= deadline) {
      return { drained: false, seconds: options.drainSeconds };
    }
    await sleep(Math.max((options.pollSeconds ?? 1) * 1000, Date.now() - polledAt));
  }
}

/** The size of the backlog; undefined while a part of the stack restarts and cannot be read. */
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
