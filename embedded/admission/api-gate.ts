import { keepThread } from './kept-thread.ts';

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
 * seconds, where it can neither serve nor refuse them. Should the thread die, the gate is opened again.
 *
 * @throws {Error} the gate could not listen
 */
export async function openApiGate({ host, port, upstreamPort }: ApiGateOptions): Promise<ApiGate> {
  const thread = await keepThread({
    module: new URL('gate-thread.ts', import.meta.url),
    data: { host, port, upstreamPort },
    report: (what, cause) => console.error(`gate before the API: ${what}`, cause),
  });
  return { close: thread.end };
}
