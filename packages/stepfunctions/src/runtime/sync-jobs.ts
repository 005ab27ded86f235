import type { IntegrationPattern } from '../core/effect.ts';
import type { Execution } from '../core/execution.ts';
import { outstandingEffects } from '../core/step.ts';
import type { JobEnd } from '../integrations/integration.ts';
import type { ExecutionOrigin, ExecutionRecord, ParentTask } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';
import { parseJson } from '../language/exact-number.ts';
import type { Json, JsonObject } from '../language/json.ts';
import type { IncomingEvent } from './incoming-event.ts';
import type { LiveExecution } from './live-execution.ts';
import { whyNotRedrivable } from './redrivable.ts';
import type { TaskJobs, TaskRunner } from './task-runner.ts';

/** The executions that are jobs or have tasks that wait for one. */
export interface JobExecutions {
  readonly find: (id: number) => LiveExecution | undefined;
  /** Delivers an event; resolves once it is durable. */
  readonly deliver: (id: number, event: IncomingEvent) => Promise<boolean>;
  /** Delivers an event and tries again until it is durable. */
  readonly deliverWithRetry: (id: number, event: IncomingEvent) => void;
}

/**
 * The jobs of `.sync` tasks. A job is an execution that a task of another execution, its parent, started and waits for.
 *
 * ```text
 * parent  ── Task startExecution.sync ───── waits ───────────► TaskSucceeded or TaskFailed
 *                 │ StartExecution                                  ▲
 * job             └──────────► runs ─────────────────► ends ────────┘
 * ```
 *
 * A job whose task is cancelled or timed out is stopped, as on AWS.
 */
export class SyncJobs {
  readonly #journal: Journal;
  readonly #tasks: TaskRunner;
  readonly #executions: JobExecutions;

  constructor(journal: Journal, tasks: TaskRunner, executions: JobExecutions) {
    this.#journal = journal;
    this.#tasks = tasks;
    this.#executions = executions;
  }

  /** The jobs of one parent's tasks. */
  of(parent: number): TaskJobs {
    return {
      endOf: ({ target }, submitted) =>
        target.kind === 'INTEGRATION' ? this.#endOf(submitted as JsonObject, target.pattern) : undefined,
      stop: (taskId) => {
        for (const job of this.#journal.executions.awaitedBy(parent, taskId)) {
          this.#executions.deliverWithRetry(job, this.#stopOf(parent));
        }
      },
    };
  }

  /** Reports the end of an execution to the task that waits for it, if there is one. */
  ended(execution: Execution, { id, parent }: ExecutionOrigin): void {
    const owner = parent?.waits ? this.#executions.find(parent.execution)?.owner : undefined;
    const record = owner && this.#journal.executions.findById(id);
    if (!parent || !owner || !record) {
      return;
    }
    const pattern = this.#awaitedPattern(parent);
    const end = pattern && jobEndOf(this.#journal, record, execution.stateMachineArn, pattern);
    if (end) {
      this.#tasks.jobEnded(owner, parent.taskId, end);
    }
  }

  /**
   * Stops a job whose task no longer waits. The last process may have ended after it cancelled the task and before it
   * stopped the job.
   */
  async stopOrphan(id: number): Promise<void> {
    const parent = this.#journal.executions.findById(id)?.parent;
    if (parent && this.#awaitedPattern(parent) === undefined) {
      await this.#executions.deliver(id, this.#stopOf(parent.execution));
    }
  }

  /** What stops a job of an execution's task, in AWS's words. */
  #stopOf(parent: number): IncomingEvent {
    const arn = this.#journal.executions.findById(parent)?.arn;
    const cause = `The Task state in AWS Step Functions execution [${arn}] which was managing this resource was aborted`;
    return { type: 'StopRequested', ...(arn !== undefined && { cause }) };
  }

  /** The end of the job that a task submitted; `undefined` while it runs. */
  #endOf(submitted: JsonObject, pattern: IntegrationPattern): JobEnd | undefined {
    const record = this.#journal.executions.find(String(submitted.ExecutionArn));
    return (
      record && jobEndOf(this.#journal, record, this.#journal.stateMachines.revision(record.revision).arn, pattern)
    );
  }

  /** How the parent's task waits for its job; `undefined` once it no longer does. */
  #awaitedPattern({ execution, taskId }: ParentTask): IntegrationPattern | undefined {
    const parent = this.#executions.find(execution);
    if (!parent) {
      return undefined;
    }
    for (const effect of outstandingEffects(parent.execution)) {
      if (effect.type === 'RunTask' && effect.taskId === taskId && effect.target.kind === 'INTEGRATION') {
        return effect.target.pattern;
      }
    }
    return undefined;
  }
}

/** What a `.sync` task gets when its job has ended; `undefined` while that runs. */
function jobEndOf(
  journal: Journal,
  record: ExecutionRecord,
  stateMachineArn: string,
  pattern: IntegrationPattern,
): JobEnd | undefined {
  if (record.status === 'RUNNING') {
    return undefined;
  }
  const notRedrivable = whyNotRedrivable(journal, record);
  // The cause of a failure has texts for both.
  const asText = pattern !== 'RUN_A_JOB_V2' || record.status !== 'SUCCEEDED';
  const payload = (text: string): Json => (asText ? text : parseJson(text));
  const description: JsonObject = {
    ...(record.cause === undefined ? {} : { Cause: record.cause }),
    ...(record.error === undefined ? {} : { Error: record.error }),
    ExecutionArn: record.arn,
    Input: payload(record.input),
    InputDetails: { Included: true },
    Name: record.name,
    ...(record.output === undefined ? {} : { Output: payload(record.output), OutputDetails: { Included: true } }),
    RedriveCount: record.redriveCount,
    ...(notRedrivable === undefined
      ? { RedriveStatus: 'REDRIVABLE' }
      : { RedriveStatus: 'NOT_REDRIVABLE', RedriveStatusReason: notRedrivable }),
    StartDate: record.startedAt,
    StateMachineArn: stateMachineArn,
    Status: record.status,
    StopDate: record.stoppedAt ?? record.startedAt,
  };
  if (record.status === 'SUCCEEDED') {
    return { status: 'SUCCEEDED', output: description };
  }
  return { status: 'FAILED', error: 'States.TaskFailed', cause: JSON.stringify(description) };
}
