import { setTimeout as sleep } from 'node:timers/promises';
import type { StackConfiguration } from './configuration.ts';

const WITHIN_MS = 15_000;
const PAUSE_MS = 250;

/**
 * Makes one request through API, function, service and database: what it proves need not be hoped.
 *
 * @param http where the API is
 * @param isOver whether an answer is of no use any more
 * @throws Error with the answer, where it is no success and will not become one
 */
export async function firstAnswer(
  http: string,
  authMode: StackConfiguration['authMode'],
  isOver: () => boolean,
): Promise<void> {
  // Where callers must say who they are, only what is open to all can be asked.
  const url = `${http}${authMode === 'none' ? '/inventory/stocks' : '/health'}`;
  const deadline = AbortSignal.timeout(WITHIN_MS);
  for (;;) {
    const response = await fetch(url, { signal: deadline });
    const text = await response.text();
    if (response.ok || isOver()) {
      return;
    }
    // 503 is the API's own word for "try again"; a child may just be coming back.
    if (response.status !== 503 || deadline.aborted) {
      throw new Error(`The first request, GET ${url}, was answered with ${response.status}: ${text.slice(0, 500)}`);
    }
    await sleep(PAUSE_MS);
  }
}
