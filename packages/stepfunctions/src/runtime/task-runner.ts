import type { Integration, IntegrationTarget, RunTask, TaskOrigin } from '../integrations/integration.ts';
import { TaskFailure } from '../integrations/task-failure.ts';
import type { Json } from '../language/json.ts';
import type { EngineLogger } from '../options.ts';
import type { FairQueue } from './fair-queue.ts';
import type { IncomingEvent } from './incoming-event.ts';

/** An execution as far as its tasks have to do with it. */
export interface TaskOwner {
  readonly arn: string;
  /** The journal's id; absent for an express execution. */
  readonly id?: number;
  readonly deliver: (event: IncomingEvent) => void;
}

/** How a job of `.sync` ended. */
export type JobEnd =
  | { readonly status: 'SUCCEEDED'; readonly output: Json }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause: string };

/** What the runner calls. */
export interface TaskServices {
  /** A Lambda function named by its own ARN. */
  readonly lambdaFunction: (functionArn: string, input: Json, cancelled: AbortSignal) => Promise<Json>;
  /** The integration for a target. Throws a TaskFailure when there is none. */
  readonly integration: (target: IntegrationTarget) => Integration;
  /** Whether the job that a submitted `.sync` task started has ended. */
  readonly jobEnd: (task: RunTask, submitted: Json) => JobEnd | undefined;
  /** Nobody waits for the job any more. */
  readonly stopJob: (origin: TaskOrigin) => void;
  readonly logger: EngineLogger;
}

function keyOf(arn: string, taskId: string): string {
  return `${arn}/${taskId}`;
}

function originOf({ arn, id }: TaskOwner, taskId: string): TaskOrigin {
  return {
    executionArn: arn,
    taskId,
    ...(id === undefined ? {} : { execution: id }),
  };
}

/** Runs tasks: calls what they call, in turn, and tells their execution the outcome. */
export class TaskRunner {
  readonly #services: TaskServices;
  readonly #queue: FairQueue<string>;
  readonly #running = new Map<string, AbortController>();
  readonly #submitting = new Set<string>();
  #isClosed = false;

  /** @param queue bounds the calls that leave the process */
  constructor(services: TaskServices, queue: FairQueue<string>) {
    this.#services = services;
    this.#queue = queue;
  }

  /** Executions with a task that waits for its turn. */
  get backlog(): number {
    return this.#queue.ownersWaiting;
  }

  /** Runs a task, or goes on with one that was submitted before a restart. */
  run(owner: TaskOwner, task: RunTask): void {
    if (this.#isClosed) {
      return;
    }
    const { target } = task;
    switch (target.kind) {
      case 'ACTIVITY':
        return;
      case 'LAMBDA_FUNCTION':
        this.#enqueue(owner, task, (cancelled) =>
          this.#services.lambdaFunction(target.functionArn, task.input, cancelled),
        );
        return;
      case 'INTEGRATION':
        if (task.submitted) {
          this.#follow(owner, task, task.submitted.output);
        } else {
          this.#callIntegration(owner, task, target);
        }
    }
  }

  /** Nobody waits for the task any more: it is not begun, or its answer will not be looked at. */
  cancel(owner: TaskOwner, taskId: string): void {
    this.#queue.remove(owner.arn, taskId);
    this.#running.get(keyOf(owner.arn, taskId))?.abort();
    this.#services.stopJob(originOf(owner, taskId));
  }

  /** A job of `.sync` has ended. */
  jobEnded(owner: TaskOwner, taskId: string, end: JobEnd): void {
    if (this.#submitting.has(keyOf(owner.arn, taskId))) {
      return;
    }
    this.#deliverEnd(owner, taskId, end);
  }

  /** Begins nothing more and ends all calls under way; their outcomes are not delivered. */
  close(): void {
    this.#isClosed = true;
    // First: a call that ends would make room for the next one.
    this.#queue.close();
    for (const controller of this.#running.values()) {
      controller.abort();
    }
  }

  #callIntegration(owner: TaskOwner, task: RunTask, target: IntegrationTarget): void {
    const origin = originOf(owner, task.taskId);
    const call = (cancelled: AbortSignal): Promise<Json> =>
      this.#services.integration(target)({ target, input: task.input, origin, cancelled });
    if (target.service === 'states' || target.service === 'sfn') {
      void this.#attempt(owner, task, call);
    } else {
      this.#enqueue(owner, task, call);
    }
  }

  #enqueue(owner: TaskOwner, task: RunTask, call: (cancelled: AbortSignal) => Promise<Json>): void {
    this.#queue.add(owner.arn, task.taskId, () => this.#attempt(owner, task, call), owner.id);
  }

  async #attempt(owner: TaskOwner, task: RunTask, call: (cancelled: AbortSignal) => Promise<Json>): Promise<void> {
    const key = keyOf(owner.arn, task.taskId);
    const controller = new AbortController();
    const pattern = task.target.kind === 'INTEGRATION' ? task.target.pattern : 'REQUEST_RESPONSE';
    this.#running.set(key, controller);
    this.#submitting.add(key);
    try {
      const output = await call(controller.signal);
      if (controller.signal.aborted) {
        // When the task was given up the job was not there to be stopped yet.
        if (!this.#isClosed) {
          this.#services.stopJob(originOf(owner, task.taskId));
        }
        return;
      }
      if (pattern === 'REQUEST_RESPONSE') {
        owner.deliver({ type: 'TaskSucceeded', taskId: task.taskId, output });
        return;
      }
      owner.deliver({ type: 'TaskSubmitted', taskId: task.taskId, output });
      this.#submitting.delete(key);
      this.#follow(owner, task, output);
    } catch (error) {
      if (controller.signal.aborted) {
        return;
      }
      this.#deliverFailure(owner, task, pattern === 'REQUEST_RESPONSE' ? 'TaskFailed' : 'TaskSubmitFailed', error);
    } finally {
      this.#running.delete(key);
      this.#submitting.delete(key);
    }
  }

  /** A submitted task waits for its token, which needs nothing here, or for its job. */
  #follow(owner: TaskOwner, task: RunTask, submitted: Json): void {
    const pattern = task.target.kind === 'INTEGRATION' ? task.target.pattern : 'REQUEST_RESPONSE';
    if (pattern !== 'RUN_A_JOB' && pattern !== 'RUN_A_JOB_V2') {
      return;
    }
    const end = this.#services.jobEnd(task, submitted);
    if (end) {
      this.#deliverEnd(owner, task.taskId, end);
    }
  }

  #deliverEnd(owner: TaskOwner, taskId: string, end: JobEnd): void {
    owner.deliver(
      end.status === 'SUCCEEDED'
        ? { type: 'TaskSucceeded', taskId, output: end.output }
        : { type: 'TaskFailed', taskId, error: end.error, cause: end.cause },
    );
  }

  #deliverFailure(owner: TaskOwner, task: RunTask, type: 'TaskFailed' | 'TaskSubmitFailed', error: unknown): void {
    const known = error instanceof TaskFailure;
    if (!known) {
      this.#services.logger.error({ executionArn: owner.arn, err: error }, 'an integration broke');
    }
    const failure = known
      ? { error: error.error, cause: error.causeText }
      : { error: 'States.TaskFailed', cause: `The engine could not run the task: ${String(error)}` };
    owner.deliver({ type, taskId: task.taskId, ...failure });
  }
}
