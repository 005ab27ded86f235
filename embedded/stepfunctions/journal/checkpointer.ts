import { Worker } from 'node:worker_threads';

const PAUSE_MS = 200;

/**
 * Copies the write-ahead log into the file while executions go on. The fsyncs this takes would hold up every execution
 * if they were made by the thread that runs them.
 */
export class Checkpointer {
  readonly #worker: Worker;
  readonly #pause: NodeJS.Timeout;
  #isWanted = false;
  #isUnderWay = false;

  /** @param file the journal's SQLite file */
  constructor(file: string) {
    this.#worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), { workerData: file });
    this.#worker.unref();
    this.#worker.on('message', () => {
      this.#isUnderWay = false;
    });
    this.#pause = setInterval(() => this.#checkpoint(), PAUSE_MS);
    this.#pause.unref();
  }

  /** Something was committed. */
  written(): void {
    this.#isWanted = true;
  }

  /** Resolves once the file is closed there. */
  async close(): Promise<void> {
    clearInterval(this.#pause);
    const gone = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.ref();
    this.#worker.postMessage('close');
    await gone;
  }

  #checkpoint(): void {
    if (!this.#isWanted || this.#isUnderWay) return;
    this.#isWanted = false;
    this.#isUnderWay = true;
    this.#worker.postMessage('checkpoint');
  }
}
