import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './logger.ts';

/** Work that a service does at intervals beside its calls. */
export interface BackgroundTask {
  /** Lets the round that runs end, and starts no other. */
  readonly stop: () => Promise<void>;
}

/** What is done, and how often. */
export interface BackgroundWork {
  readonly name: string;
  /** Pause between the end of one round and the start of the next. */
  readonly intervalMs: number;
  /** `signal` aborts when the service stops. */
  readonly round: (signal: AbortSignal) => Promise<void>;
}

/**
 * Runs the work round after round; never two at once. A round that fails is logged and the next one comes as ever. The
 * pauses differ by up to a fifth, so that several instances do not all work at the same moment.
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

async function paused(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
