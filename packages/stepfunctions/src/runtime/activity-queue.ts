import type { TaskToken, TokenStore } from '../journal/token-store.ts';
import type { JournaledExecutions } from './journaled-executions.ts';

/** A worker whose poll waits for a task. */
interface Worker {
  readonly wake: () => void;
}

/** How many tasks a poll looks at. More than one, because other polls may be claiming the first ones. */
const TASKS_PER_LOOK = 64;
/** Polls of one activity at once, as on AWS. */
const MOST_WORKERS = 1_000;

/** Hands activity tasks to polling workers, each task to one worker. */
export class ActivityQueue {
  readonly #tokens: TokenStore;
  readonly #executions: Pick<JournaledExecutions, 'deliver'>;
  readonly #waiting = new Map<string, Set<Worker>>();
  readonly #claiming = new Set<string>();
  readonly #polls = new Map<string, number>();
  #isClosed = false;

  constructor(tokens: TokenStore, executions: Pick<JournaledExecutions, 'deliver'>) {
    this.#tokens = tokens;
    this.#executions = executions;
  }

  /** Whether the limit of polls is reached for this activity. */
  isCrowded(activityArn: string): boolean {
    return (this.#polls.get(activityArn) ?? 0) >= MOST_WORKERS;
  }

  /** Wakes a worker: a task of the activity was scheduled. */
  scheduled(activityArn: string): void {
    const [worker] = this.#waiting.get(activityArn) ?? [];
    worker?.wake();
  }

  /**
   * The next task of an activity. Answers `undefined` when none was scheduled in time or the worker hung up.
   *
   * @param patienceMs how long to wait for one
   */
  async take(
    activityArn: string,
    workerName: string | undefined,
    patienceMs: number,
    gone: AbortSignal,
  ): Promise<TaskToken | undefined> {
    const until = Date.now() + patienceMs;
    const isOver = (): boolean => gone.aborted || this.#isClosed;
    this.#countPoll(activityArn, 1);
    try {
      while (!isOver()) {
        const task = await this.#claim(activityArn, workerName);
        if (task) {
          return task;
        }
        const left = until - Date.now();
        // Who hung up during the look would be woken in the place of a worker that waits.
        if (left <= 0 || isOver()) {
          return undefined;
        }
        await this.#wait(activityArn, left, gone);
      }
      return undefined;
    } finally {
      this.#countPoll(activityArn, -1);
    }
  }

  /** Ends all polls without a task. */
  close(): void {
    this.#isClosed = true;
    for (const worker of [...this.#waiting.values()].flatMap((workers) => [...workers])) {
      worker.wake();
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

  async #claim(activityArn: string, workerName: string | undefined): Promise<TaskToken | undefined> {
    for (const task of this.#tokens.scheduled(activityArn, TASKS_PER_LOOK)) {
      if (this.#claiming.has(task.token)) {
        continue;
      }
      this.#claiming.add(task.token);
      try {
        if (await this.#start(task, workerName)) {
          return task;
        }
      } finally {
        this.#claiming.delete(task.token);
      }
    }
    return undefined;
  }

  /** Makes it durable that a worker has the task. Answers `false` if the task is no longer there to have. */
  #start({ execution, taskId }: TaskToken, workerName: string | undefined): Promise<boolean> {
    return this.#executions.deliver(execution, {
      type: 'TaskStarted',
      taskId,
      ...(workerName === undefined ? {} : { workerName }),
    });
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
          if (workers.size === 0) {
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
