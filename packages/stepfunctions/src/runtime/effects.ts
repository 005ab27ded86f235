import type { Effect } from '../core/effect.ts';
import type { EngineLogger } from '../options.ts';
import type { ExecutionListener } from './execution-listener.ts';
import type { IncomingEvent } from './incoming-event.ts';
import type { LiveExecution } from './live-execution.ts';
import type { TaskOwner, TaskRunner } from './task-runner.ts';

/** Brings an event to an execution that nobody waits for. */
export type QuietDelivery = (id: number, event: IncomingEvent) => void;

/** Runs the effects of executions, once they are durable. */
export class Effects {
  readonly #tasks: TaskRunner;
  readonly #listener: ExecutionListener;
  readonly #logger: EngineLogger;
  readonly #deliver: QuietDelivery;

  /** @param deliver for what becomes of a task */
  constructor(tasks: TaskRunner, listener: ExecutionListener, logger: EngineLogger, deliver: QuietDelivery) {
    this.#tasks = tasks;
    this.#listener = listener;
    this.#logger = logger;
    this.#deliver = deliver;
  }

  /** Runs them one after the other; one that breaks does not hold up the others. */
  run(live: LiveExecution, effects: readonly Effect[]): void {
    const givenUp = new Set(effects.flatMap((effect) => (effect.type === 'CancelTask' ? [effect.taskId] : [])));
    for (const effect of effects) {
      // Events taken in together may begin a task and give it up.
      if (effect.type === 'RunTask' && givenUp.has(effect.taskId)) {
        continue;
      }
      try {
        this.#perform(live, effect);
      } catch (error) {
        // What this is about is committed; the other effects must not be lost with it.
        this.#logger.error({ executionArn: live.execution.arn, effect: effect.type, err: error }, 'an effect broke');
      }
    }
  }

  #perform(live: LiveExecution, effect: Effect): void {
    const owner = this.ownerOf(live);
    switch (effect.type) {
      case 'RunTask':
        if (effect.target.kind === 'ACTIVITY') {
          this.#listener.activityScheduled(effect.target.activityArn);
        } else {
          this.#tasks.run(owner, effect);
        }
        break;
      case 'CancelTask':
        this.#tasks.cancel(owner, effect.taskId);
        break;
      case 'EndExecution':
        this.#listener.ended(live.execution, live.origin);
        break;
      case 'SetTimer':
      case 'CancelTimer':
        // The journal's due times stand for all timers.
        break;
    }
  }

  /** The execution as its tasks see it. */
  ownerOf(live: LiveExecution): TaskOwner {
    const { id } = live.origin;
    return {
      arn: live.execution.arn,
      id,
      deliver: (event) => this.#deliver(id, event),
    };
  }
}
