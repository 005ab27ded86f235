import { setTimeout as sleep } from 'node:timers/promises';

/** When a process that runs but does not answer counts as hung. */
export interface HealthCheckPolicy {
  /** The pause between two checks. */
  readonly everyMs: number;
  /** How long one check may take. */
  readonly timeoutMs: number;
  /** Checks in a row without an answer after which the process counts as hung. */
  readonly maxMisses: number;
}

/** Notices a process that hangs after half a minute to a minute. A process on a busy machine answers well within it. */
export const DEFAULT_HEALTH_CHECK: HealthCheckPolicy = { everyMs: 5_000, timeoutMs: 5_000, maxMisses: 6 };

/**
 * Checks a process's health until it hangs. Checks are counted, not seconds: a machine that slept, or that let this process
 * wait, has missed none.
 *
 * @param answers one check, within the time given in milliseconds
 * @param isOver whether the process has ended, so that there is nothing to check
 * @returns how long it has not answered, in milliseconds; undefined once it is over
 */
export async function untilHung(
  policy: HealthCheckPolicy,
  answers: (timeoutMs: number) => Promise<boolean>,
  isOver: () => boolean,
): Promise<number | undefined> {
  let misses = 0;
  let lastAnswerAt = performance.now();
  while (misses < policy.maxMisses) {
    await sleep(policy.everyMs, undefined, { ref: false });
    if (isOver()) {
      return undefined;
    }
    if (await answers(policy.timeoutMs)) {
      misses = 0;
      lastAnswerAt = performance.now();
    } else {
      misses += 1;
    }
  }
  return isOver() ? undefined : performance.now() - lastAnswerAt;
}
