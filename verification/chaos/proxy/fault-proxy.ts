import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A proxy before one listener of the stack. */
export interface FaultProxy {
  /** host:port. */
  readonly address: string;
  /** Accepts callers; each time on the same port. */
  open(): Promise<void>;
  /** Refuses callers like a port without a listener, and breaks off the calls in flight. */
  shut(): Promise<void>;
  /** Closes for good. */
  close(): Promise<void>;
}

const POLL_MS = 25;
const BIND_WITHIN_MS = 10_000;

/** Whether a process listens on a port of this machine. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** The part whose death a proxy mirrors. */
export interface DeadPart {
  /** The port on which the part listens when it is back. */
  readonly upstreamPort: number;
  /** Whether a new process has replaced the killed one, whose port may still answer for a moment. */
  readonly isReplaced: () => boolean;
  /** Whether the proxy is no longer needed. */
  readonly isOver: () => boolean;
}

/** Makes a proxy look like the dead part behind it: it refuses connections until the part listens again. */
export async function mirrorDeath(proxy: FaultProxy, { upstreamPort, isReplaced, isOver }: DeadPart): Promise<void> {
  await proxy.shut();
  while (!isOver() && !(isReplaced() && (await isListening(upstreamPort)))) {
    await sleep(POLL_MS);
  }
  if (!isOver()) {
    await proxy.open();
  }
}

/**
 * Binds, and tries again for a while: a port that was just released may be taken for a moment.
 *
 * @throws {Error} the port stayed taken
 */
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
