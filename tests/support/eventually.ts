import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 5;
const TIMEOUT_MS = 20_000;

/**
 * Repeats the attempt until it does not throw, and returns its result. `expect` may be used in it.
 *
 * @throws the last error, after 20 s
 */
export async function eventually<Result>(attempt: () => Result | Promise<Result>): Promise<Result> {
  const end = Date.now() + TIMEOUT_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() >= end) {
        throw error;
      }
    }
    await delay(PAUSE_MS);
  }
}
