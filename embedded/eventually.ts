import { setTimeout as sleep } from 'node:timers/promises';

/** How long and how often to look. */
export interface PollingOptions {
  /** Default 20 s. */
  readonly withinMs?: number;
  /** The pause between two looks. Default 10 ms. */
  readonly pollMs?: number;
  /** What is waited for, as the subject of the error. Default: the source of the condition. */
  readonly what?: string;
}

/** Thrown when a condition was not met in time. */
export class NotInTimeError extends Error {
  override readonly name = 'NotInTimeError';
}

/**
 * Polls until there is a result: anything but `undefined` and `false`. Looks once more after the deadline, so that a slow
 * look never turns a condition that holds into a failure.
 *
 * @example
 * const order = await eventually(() => findOrder(id), { withinMs: 5_000, what: `order ${id}` });
 * @throws NotInTimeError when time is up; an error of `look` ends the wait at once
 */
export async function eventually<T>(
  look: () => T | Promise<T>,
  { withinMs = 20_000, pollMs = 10, what }: PollingOptions = {},
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const isLast = performance.now() >= deadline;
    const found = await look();
    if (found !== undefined && found !== false) {
      return found as Exclude<T, undefined | false>;
    }
    if (isLast) {
      throw new NotInTimeError(`${what ?? String(look)}: not within ${withinMs / 1000} s`);
    }
    await sleep(pollMs);
  }
}

/**
 * Repeats an attempt until it does not throw, and returns its result. An attempt may contain `expect`.
 *
 * @throws the error of the last attempt when time is up
 */
export async function eventuallySucceeds<T>(attempt: () => T | Promise<T>, options?: PollingOptions): Promise<T> {
  let lastError: unknown;
  const succeeded = async (): Promise<{ readonly result: T } | undefined> => {
    try {
      return { result: await attempt() };
    } catch (error) {
      lastError = error;
      return undefined;
    }
  };
  try {
    return (await eventually(succeeded, options)).result;
  } catch (error) {
    throw error instanceof NotInTimeError ? lastError : error;
  }
}
