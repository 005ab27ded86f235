import type { MapTarget, TaskMock } from '../core/effect.ts';
import {
  type Integration,
  type IntegrationTarget,
  type JobEnd,
  type RunTask,
  TaskFailure,
  type TaskOrigin,
} from '../integrations/integration.ts';
import type { MockedAnswer } from '../integrations/mock-configuration.ts';
import type { Json } from '../language/json.ts';
import type { EngineLogger } from '../options.ts';
import type { FairQueue } from './fair-queue.ts';
import type { IncomingEvent } from './incoming-event.ts';

/** The `.sync` jobs that an execution's tasks started. */
export interface TaskJobs {
  /** How the job that a submitted task started has ended; `undefined` while it runs. */
  readonly endOf: (task: RunTask, submitted: Json) => JobEnd | undefined;
  /** Stops the jobs of a task that no longer waits for them. */
  readonly stop: (taskId: string) => void;
}

/** An execution as its tasks see it. */
export interface TaskOwner {
  readonly arn: string;
  /** The journal's id; absent for an express execution. */
  readonly id?: number;
  readonly deliver: (event: IncomingEvent) => void;
  /** Absent for an express execution: AWS allows it no `.sync` tasks. */
  readonly jobs?: TaskJobs;
}

/** What tasks call. */
export interface TaskTargets {
  /** Invokes a Lambda function by its ARN. */
  readonly invokeFunction: (functionArn: string, input: Json, cancelled: AbortSignal) => Promise<Json>;
  /**
   * The integration for a target.
   *
   * @throws {TaskFailure} there is none
   */
  readonly integrationFor: (target: IntegrationTarget) => Integration;
  /** Does the work of a distributed Map itself: reads its items or writes its results. */
  readonly mapWork: (target: MapTarget, input: Json, cancelled: AbortSignal) => Promise<Json>;
  /** The answer that a mock file has for a mocked task. */
  readonly mocked: (mock: TaskMock) => MockedAnswer;
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

/** Runs tasks: calls their targets, in turn, and delivers the outcome to their execution. */
export class TaskRunner {
  readonly #targets: TaskTargets;
  readonly #queue: FairQueue<string>;
  readonly #running = new Map<string, AbortController>();
  readonly #submitting = new Set<string>();
  readonly #logger: EngineLogger;
  #isClosed = false;

  /** @param queue bounds the calls that leave the process */
  constructor(targets: TaskTargets, queue: FairQueue<string>, logger: EngineLogger) {
    this.#targets = targets;
    this.#queue = queue;
    this.#logger = logger;
  }

  /** Executions with a task that is queued. */
  get backlog(): number {
    return this.#queue.ownersWaiting;
  }

  /** Runs a task, or resumes one that was submitted before a restart. */
  run(owner: TaskOwner, task: RunTask): void {
    if (this.#isClosed) {
      return;
    }
    const { target, mock } = task;
    if (mock) {
      answerByMock(owner, task, this.#targets.mocked(mock));
      return;
    }
    switch (target.kind) {
      case 'ACTIVITY':
        return;
      case 'LAMBDA_FUNCTION':
        this.#enqueue(owner, task, (cancelled) =>
          this.#targets.invokeFunction(target.functionArn, task.input, cancelled),
        );
        return;
      case 'ITEM_READER':
      case 'RESULT_WRITER':
        this.#enqueue(owner, task, (cancelled) => this.#targets.mapWork(target, task.input, cancelled));
        return;
      case 'INTEGRATION':
        if (task.submitted) {
          this.#follow(owner, task, task.submitted.output);
        } else {
          this.#callIntegration(owner, task, target);
        }
    }
  }

  /** Cancels a task: takes it out of the queue, or aborts its call and ignores the answer. Stops its jobs. */
  cancel(owner: TaskOwner, taskId: string): void {
    this.#queue.remove(owner.arn, taskId);
    this.#running.get(keyOf(owner.arn, taskId))?.abort();
    owner.jobs?.stop(taskId);
  }

  /** Delivers the end of a `.sync` task's job. While the task is being submitted, {@link run} looks for the end itself. */
  jobEnded(owner: TaskOwner, taskId: string, end: JobEnd): void {
    if (this.#submitting.has(keyOf(owner.arn, taskId))) {
      return;
    }
    this.#deliverEnd(owner, taskId, end);
  }

  /** Begins nothing more and aborts all calls; their outcomes are not delivered. */
  close(): void {
    this.#isClosed = true;
    // First, because a call that ends would start the next one.
    this.#queue.close();
    for (const controller of this.#running.values()) {
      controller.abort();
    }
  }

  #callIntegration(owner: TaskOwner, task: RunTask, target: IntegrationTarget): void {
    const origin = originOf(owner, task.taskId);
    const call = (cancelled: AbortSignal): Promise<Json> =>
      this.#targets.integrationFor(target)({ target, input: task.input, origin, cancelled });
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
        // When the task was cancelled its job had not started yet.
        if (!this.#isClosed) {
          owner.jobs?.stop(task.taskId);
        }
        return;
      }
      if (pattern === 'REQUEST_RESPONSE') {
        owner.deliver({ type: 'TaskSucceeded', taskId: task.taskId, output });
        return;
      }
      owner.deliver({ type: 'TaskSubmitted', taskId: task.taskId, output });
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

  /** A submitted task waits for its task token, which needs nothing here, or for its job. */
  #follow(owner: TaskOwner, task: RunTask, submitted: Json): void {
    const pattern = task.target.kind === 'INTEGRATION' ? task.target.pattern : 'REQUEST_RESPONSE';
    if (pattern !== 'RUN_A_JOB' && pattern !== 'RUN_A_JOB_V2') {
      return;
    }
    const end = owner.jobs?.endOf(task, submitted);
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
      this.#logger.error({ executionArn: owner.arn, err: error }, 'an integration failed unexpectedly');
    }
    const failure = known
      ? { error: error.error, cause: error.causeText }
      : { error: 'States.TaskFailed', cause: `The engine could not run the task: ${String(error)}` };
    owner.deliver({ type, taskId: task.taskId, ...failure });
  }
}

/** Delivers what a mock file answers, with the events that a call would bring. */
function answerByMock(owner: TaskOwner, { taskId, target, submitted }: RunTask, answer: MockedAnswer): void {
  if (target.kind === 'ACTIVITY') {
    owner.deliver({ type: 'TaskStarted', taskId });
  }
  const goesOn = target.kind === 'INTEGRATION' && target.pattern !== 'REQUEST_RESPONSE';
  if (goesOn && !submitted && answer.kind === 'RETURN') {
    owner.deliver({ type: 'TaskSubmitted', taskId, output: answer.output });
  }
  owner.deliver(
    answer.kind === 'RETURN'
      ? { type: 'TaskSucceeded', taskId, output: answer.output }
      : { type: 'TaskFailed', taskId, error: answer.error, cause: answer.cause },
  );
}
