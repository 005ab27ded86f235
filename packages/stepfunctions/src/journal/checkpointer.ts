import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
// Imported only so that the worker's code is in the compile cache before its thread starts.
import './checkpoint-worker.ts';

const PAUSE_MS = 200;
/** Pause after a failed checkpoint, e.g. on a full disk. */
const PAUSE_AFTER_FAILURE_MS = 5_000;

/**
 * Makes SQLite checkpoints in a worker thread: copies the write-ahead log into the file while executions run. In the
 * main thread, the fsyncs would stall every execution. A failed checkpoint loses nothing: the log has all commits.
 */
export class Checkpointer {
  readonly #file: string;
  readonly #report: (error: unknown) => void;
  readonly #pauseAfterFailureMs: number;
  readonly #pause: NodeJS.Timeout;
  #worker: Worker | undefined;
  #isWanted = false;
  #isUnderWay = false;
  #notBefore = 0;

  /**
   * @param file the journal's SQLite file
   * @param report gets the errors of failed checkpoints, which are tried again later
   */
  constructor(file: string, report: (error: unknown) => void, pauseAfterFailureMs = PAUSE_AFTER_FAILURE_MS) {
    this.#file = file;
    this.#report = report;
    this.#pauseAfterFailureMs = pauseAfterFailureMs;
    this.#worker = this.#startWorker();
    this.#pause = setInterval(() => this.#checkpoint(), Math.min(PAUSE_MS, pauseAfterFailureMs));
    this.#pause.unref();
  }

  /** Notes that something was committed. */
  written(): void {
    this.#isWanted = true;
  }

  /** Resolves once the worker has closed the file. */
  async close(): Promise<void> {
    clearInterval(this.#pause);
    const worker = this.#worker;
    if (!worker) {
      return;
    }
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage('close');
    await gone;
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL(`./checkpoint-worker${extname(import.meta.filename)}`, import.meta.url), {
      workerData: this.#file,
    });
    worker.unref();
    worker.on('message', () => {
      this.#isUnderWay = false;
    });
    // An error ends the thread. Without a listener it would end the process.
    worker.on('error', (error) => {
      this.#report(error);
      this.#notBefore = Date.now() + this.#pauseAfterFailureMs;
      this.#isWanted = true;
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      this.#isUnderWay = false;
    });
    return worker;
  }

  #checkpoint(): void {
    if (!this.#isWanted || this.#isUnderWay || Date.now() < this.#notBefore) {
      return;
    }
    this.#isWanted = false;
    this.#isUnderWay = true;
    this.#worker ??= this.#startWorker();
    this.#worker.postMessage('checkpoint');
  }
}
