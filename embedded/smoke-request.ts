import type { StackConfiguration } from './configuration.ts';
import { eventually } from './eventually.ts';

const WITHIN_MS = 15_000;
const PAUSE_MS = 250;

/**
 * Sends one request through API, function, service and database before the stack is announced as up.
 *
 * @param http the base URL of the API
 * @param isStopping ends the wait once the stack is being stopped
 * @throws Error with the answer when it is not successful and a retry would not help, or time is up
 */
export async function sendSmokeRequest(
  http: string,
  authMode: StackConfiguration['authMode'],
  isStopping: () => boolean,
): Promise<void> {
  // Callers must identify themselves for everything but the health check.
  const url = `${http}${authMode === 'none' ? '/inventory/stocks' : '/health'}`;
  const deadline = AbortSignal.timeout(WITHIN_MS);
  await eventually(
    async () => {
      const response = await fetch(url, { signal: deadline });
      const text = await response.text();
      if (response.ok || isStopping()) {
        return true;
      }
      // 503 means "try again": a child may just be restarting.
      if (response.status !== 503 || deadline.aborted) {
        throw new Error(`The first request, GET ${url}, was answered with ${response.status}: ${text.slice(0, 500)}`);
      }
      return false;
    },
    { withinMs: WITHIN_MS, pollMs: PAUSE_MS, what: `GET ${url} succeeds` },
  );
}
