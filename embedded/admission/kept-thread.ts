import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** A thread whose module says something once it is ready. */
export interface ThreadOptions {
  readonly module: URL;
  readonly data: unknown;
  /** Is told of each death, and of each attempt to start again that failed. */
  readonly report: (what: string, cause: unknown) => void;
}

/** A thread that is started again when it dies. */
export interface KeptThread {
  readonly end: () => Promise<void>;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Starts a thread and keeps it: an error that nobody caught ends a thread, and must not end the whole process with it.
 *
 * @throws {Error} the thread died before it was ready for the first time
 */
export async function keepThread(options: ThreadOptions): Promise<KeptThread> {
  const { module, data, report } = options;
  let isEnding = false;
  let thread = new Worker(module, { workerData: data });

  const watch = (): void => {
    let cause: unknown = 'it ended by itself';
    thread.on('error', (error) => {
      cause = error;
    });
    thread.once('exit', () => {
      if (isEnding) {
        return;
      }
      report('the thread died and is started again', cause);
      void startAgain();
    });
  };
  const startAgain = async (): Promise<void> => {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await sleep(pause);
      if (isEnding) {
        return;
      }
      thread = new Worker(module, { workerData: data });
      try {
        await isReady(thread);
        watch();
        return;
      } catch (error) {
        if (!isEnding) {
          report('the thread does not start', error);
        }
      }
    }
  };

  await isReady(thread);
  watch();
  return {
    end: async () => {
      isEnding = true;
      await thread.terminate();
    },
  };
}

/** @throws {Error} the thread's own, or that it ended */
async function isReady(thread: Worker): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(thread, 'exit', { signal }).then(() => {
    throw new Error('The thread ended before it was ready.');
  });
  try {
    await Promise.race([once(thread, 'message', { signal }), ended]);
  } finally {
    over.abort();
    ended.catch(() => undefined);
  }
}
