import type { Journal } from '../journal/journal.ts';
import type { TaskToken } from '../journal/token-store.ts';

/** A worker that waits for a task. */
interface Worker {
  readonly wake: () => void;
}

/** How many tasks a worker looks at; more than one, as another worker may be about to take the first. */
const TASKS_LOOKED_AT = 64;
/** Workers that may poll an activity at once, as on AWS. */
const MOST_WORKERS = 1_000;

/** Hands the tasks of activities to workers, each task to one. */
export class ActivityQueue {
  readonly #journal: Journal;
  readonly #start: (task: TaskToken, workerName: string | undefined) => Promise<boolean>;
  readonly #waiting = new Map<string, Set<Worker>>();
  readonly #taken = new Set<string>();
  readonly #polls = new Map<string, number>();

  /** @param start makes it durable that a worker has the task; answers whether there still was one to have */
  constructor(journal: Journal, start: (task: TaskToken, workerName: string | undefined) => Promise<boolean>) {
    this.#journal = journal;
    this.#start = start;
  }

  /** Whether so many workers poll the activity that no other may. */
  isCrowded(activityArn: string): boolean {
    return (this.#polls.get(activityArn) ?? 0) >= MOST_WORKERS;
  }

  /** A task of the activity waits. */
  scheduled(activityArn: string): void {
    const [worker] = this.#waiting.get(activityArn) ?? [];
    worker?.wake();
  }

  /** The next task of an activity, or `undefined` when none came in time or the worker has gone. */
  async take(
    activityArn: string,
    workerName: string | undefined,
    patienceMs: number,
    gone: AbortSignal,
  ): Promise<TaskToken | undefined> {
    const until = Date.now() + patienceMs;
    this.#countPoll(activityArn, 1);
    try {
      while (!gone.aborted) {
        const task = await this.#takeNow(activityArn, workerName);
        if (task) {
          return task;
        }
        const left = until - Date.now();
        if (left <= 0) {
          return undefined;
        }
        await this.#wait(activityArn, left, gone);
      }
      return undefined;
    } finally {
      this.#countPoll(activityArn, -1);
    }
  }

  #countPoll(activityArn: string, by: 1 | -1): void {
    const polls = (this.#polls.get(activityArn) ?? 0) + by;
    if (polls === 0) {
      this.#polls.delete(activityArn);
    } else {
      this.#polls.set(activityArn, polls);
    }
  }

  async #takeNow(activityArn: string, workerName: string | undefined): Promise<TaskToken | undefined> {
    for (const task of this.#journal.tokens.scheduled(activityArn, TASKS_LOOKED_AT)) {
      if (this.#taken.has(task.token)) {
        continue;
      }
      this.#taken.add(task.token);
      try {
        if (await this.#start(task, workerName)) {
          return task;
        }
      } finally {
        this.#taken.delete(task.token);
      }
    }
    return undefined;
  }

  #wait(activityArn: string, ms: number, gone: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const workers = this.#waiting.get(activityArn) ?? new Set<Worker>();
      this.#waiting.set(activityArn, workers);
      const worker: Worker = {
        wake: () => {
          clearTimeout(timeout);
          gone.removeEventListener('abort', worker.wake);
          workers.delete(worker);
          if (workers.size === 0 && this.#waiting.get(activityArn) === workers) {
            this.#waiting.delete(activityArn);
          }
          resolve();
        },
      };
      const timeout = setTimeout(worker.wake, ms);
      gone.addEventListener('abort', worker.wake);
      workers.add(worker);
    });
  }
}
