import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A proxy before one listener of the stack. */
export interface FaultProxy {
  /** host:port. */
  readonly address: string;
  /** Lets callers in, from the first time on under the same port. */
  open(): Promise<void>;
  /** Turns callers away as a port does on which nothing listens, and breaks off what is under way. */
  shut(): Promise<void>;
  /** Ends for good. */
  close(): Promise<void>;
}

const POLL_MS = 25;
const BIND_WITHIN_MS = 10_000;

/** Whether something listens on a port of this machine. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** When a killed part is to be looked for again. */
export interface Outage {
  /** Where the part listens when it is back. */
  readonly upstreamPort: number;
  /** Whether another process has taken the place of the killed one, whose port still answers for a moment. */
  readonly isReplaced: () => boolean;
  /** Whether the proxy is not needed any more. */
  readonly isOver: () => boolean;
}

/**
 * Makes a proxy look like the dead part behind it: callers are refused, not accepted and dropped, until something
 * listens there again.
 */
export async function mirrorOutage(proxy: FaultProxy, { upstreamPort, isReplaced, isOver }: Outage): Promise<void> {
  await proxy.shut();
  while (!isOver() && !(isReplaced() && (await isListening(upstreamPort)))) {
    await sleep(POLL_MS);
  }
  if (!isOver()) {
    await proxy.open();
  }
}

/** Binds again until it succeeds: a port that was just given up may be taken for a moment. */
export async function bindPatiently(bind: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + BIND_WITHIN_MS;
  for (;;) {
    try {
      return await bind();
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Error('A proxy could not take its port again', { cause: error });
      }
      await sleep(POLL_MS);
    }
  }
}
