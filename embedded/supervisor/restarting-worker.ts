import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { RestartBackoff } from './restart-policy.ts';

/** A worker thread whose module posts a message once it is ready. */
export interface RestartingWorkerOptions {
  readonly module: URL;
  /** The thread's `workerData`. */
  readonly data: unknown;
  /** Called with each death and each failed attempt to restart. */
  readonly report: (what: string, cause: unknown) => void;
}

/** A worker thread that is restarted when it dies. */
export interface RestartingWorker {
  /** Ends the thread for good. */
  readonly close: () => Promise<void>;
}

/**
 * Starts a worker thread and restarts it when it dies. An uncaught error ends one thread instead of the whole process.
 *
 * @throws Error when the thread dies before it was ready for the first time
 */
export async function startRestartingWorker(options: RestartingWorkerOptions): Promise<RestartingWorker> {
  const { module, data, report } = options;
  const backoff = new RestartBackoff();
  const stop = new AbortController();
  let worker = new Worker(module, { workerData: data });

  const restartOnExit = (): void => {
    const startedAt = performance.now();
    let cause: unknown = 'it ended by itself';
    worker.on('error', (error) => {
      cause = error;
    });
    worker.once('exit', () => {
      if (!stop.signal.aborted) {
        report('the thread died and is restarted', cause);
        void restart(performance.now() - startedAt);
      }
    });
  };
  const restart = async (livedMs: number): Promise<void> => {
    await sleep(backoff.afterDeath(livedMs).delayMs, undefined, { signal: stop.signal }).catch(() => undefined);
    if (stop.signal.aborted) {
      return;
    }
    worker = new Worker(module, { workerData: data });
    try {
      await ready(worker);
    } catch (error) {
      if (!stop.signal.aborted) {
        report('the thread does not start', error);
        void restart(0);
      }
      return;
    }
    restartOnExit();
  };

  await ready(worker);
  restartOnExit();
  return {
    close: async () => {
      stop.abort();
      await worker.terminate();
    },
  };
}

/** @throws the thread's own error, or that it ended */
async function ready(worker: Worker): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  const exited = once(worker, 'exit', { signal }).then(() => {
    throw new Error('The thread ended before it was ready.');
  });
  try {
    await Promise.race([once(worker, 'message', { signal }), exited]);
  } finally {
    settled.abort();
    exited.catch(() => undefined);
  }
}
