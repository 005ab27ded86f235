import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Where clients come to, and where the API really is. */
export interface ApiGateOptions {
  readonly host: string;
  readonly port: number;
  readonly upstreamPort: number;
}

/** A gate that is open. */
export interface ApiGate {
  /** Takes no more requests. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the gate before the API, in a thread of its own. It needs an event loop that is never busy: Node takes in only one
 * new connection each time round its loop, so a loop full of work leaves hundreds of clients waiting at the door for many
 * seconds, where it can neither serve nor refuse them.
 *
 * @throws {Error} the gate could not listen
 */
export async function openApiGate(options: ApiGateOptions): Promise<ApiGate> {
  const thread = new Worker(new URL('gate-thread.ts', import.meta.url), { workerData: options });
  await once(thread, 'message');
  return {
    close: async () => {
      await thread.terminate();
    },
  };
}
