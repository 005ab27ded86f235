import type { EventEmitter } from 'node:events';
import type { Effect } from '../core/effect.ts';
import type { Execution } from '../core/execution.ts';
import type { HistoryEvent } from '../core/history-event.ts';
import type { ExecutionOrigin } from '../journal/execution-store.ts';
import type { EngineLogger } from '../options.ts';
import type { LiveExecution } from './live-execution.ts';
import type { SyncJobs } from './sync-jobs.ts';
import type { TaskRunner } from './task-runner.ts';

/** What {@link JournaledExecutions} emits about its executions, once it is durable. */
export interface ExecutionEvents {
  /** An execution has ended. */
  readonly ended: [execution: Execution, origin: ExecutionOrigin];
  /** An execution has begun. It may have ended as well. */
  readonly started: [execution: Execution, origin: ExecutionOrigin];
  /** An execution that had ended runs again. */
  readonly redriven: [execution: Execution, origin: ExecutionOrigin];
  /** These events were added to the history of an execution. */
  readonly committed: [execution: Execution, history: readonly HistoryEvent[]];
  /** A task of this activity waits for a worker. */
  readonly activityScheduled: [activityArn: string];
}

/** Runs the effects of executions, once they are durable. */
export class Effects {
  readonly #tasks: TaskRunner;
  readonly #jobs: SyncJobs;
  readonly #events: EventEmitter<ExecutionEvents>;
  readonly #logger: EngineLogger;

  constructor(tasks: TaskRunner, jobs: SyncJobs, events: EventEmitter<ExecutionEvents>, logger: EngineLogger) {
    this.#tasks = tasks;
    this.#jobs = jobs;
    this.#events = events;
    this.#logger = logger;
  }

  /** Runs the effects in order. One that throws does not stop those after it. */
  run(live: LiveExecution, effects: readonly Effect[]): void {
    const cancelled = new Set(effects.flatMap((effect) => (effect.type === 'CancelTask' ? [effect.taskId] : [])));
    for (const effect of effects) {
      // Events processed in one batch may begin a task and cancel it.
      if (effect.type === 'RunTask' && cancelled.has(effect.taskId)) {
        continue;
      }
      try {
        this.#perform(live, effect);
      } catch (error) {
        // The change is committed, so the other effects must not be lost.
        this.#logger.error({ executionArn: live.execution.arn, effect: effect.type, err: error }, 'an effect failed');
      }
    }
  }

  #perform(live: LiveExecution, effect: Effect): void {
    switch (effect.type) {
      case 'RunTask':
        if (effect.target.kind === 'ACTIVITY' && !effect.mock) {
          this.#events.emit('activityScheduled', effect.target.activityArn);
        } else {
          this.#tasks.run(live.owner, effect);
        }
        break;
      case 'CancelTask':
        this.#tasks.cancel(live.owner, effect.taskId);
        break;
      case 'EndExecution':
        this.#events.emit('ended', live.execution, live.origin);
        this.#jobs.ended(live.execution, live.origin);
        break;
      case 'SetTimer':
      case 'CancelTimer':
        // Timers are kept as due times in the journal.
        break;
    }
  }
}
