import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './logger.ts';

/** A background task that is running. */
export interface BackgroundTask {
  /** Starts no further round, and resolves when the current one has ended. */
  readonly stop: () => Promise<void>;
}

/** Work that a service repeats beside its calls. */
export interface BackgroundWork {
  readonly name: string;
  /** Average pause between the end of one round and the start of the next. */
  readonly intervalMs: number;
  /** `signal` aborts when the service stops. */
  readonly round: (signal: AbortSignal) => Promise<void>;
}

/**
 * Repeats the work, one round at a time. A round that fails is logged; the next one starts as usual. Pauses vary by 20 %,
 * so that several instances do not all work at the same moment.
 */
export function startBackgroundTask({ name, intervalMs, round }: BackgroundWork, logger: Logger): BackgroundTask {
  const stopping = new AbortController();
  const { signal } = stopping;
  const ended = rounds();
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };

  async function rounds(): Promise<void> {
    while (await paused(intervalMs * (0.8 + Math.random() * 0.4), signal)) {
      try {
        await round(signal);
      } catch (error) {
        if (!signal.aborted) {
          logger.error({ err: error, task: name }, 'a round of background work failed');
        }
      }
    }
  }
}

/** False when the signal ended the pause. */
async function paused(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
