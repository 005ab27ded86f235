import type { Execution, ExecutionParameters } from '../core/execution.ts';
import { createExecution, step } from '../core/step.ts';
import type { StateMachineDefinition } from '../language/definition.ts';
import type { EngineLogger } from '../options.ts';
import { type IncomingEvent, stampEvent } from './incoming-event.ts';
import { SteadyClock } from './steady-clock.ts';
import type { TaskOwner, TaskRunner } from './task-runner.ts';

/** AWS ends an express execution after five minutes. */
const LONGEST_RUN_SECONDS = 300;
/** The longest delay that `setTimeout` takes; a longer one fires at once. No express execution lives that long. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Bounded because they live in memory. */
const MOST_AT_ONCE = 1_000;

/**
 * Express executions: the same core in memory alone, without the journal. They are lost with the process, as AWS's
 * "at least once" and "at most once" allow.
 */
export class ExpressExecutions {
  readonly #tasks: TaskRunner;
  readonly #logger: EngineLogger;
  readonly #waitScale: number;
  readonly #running = new Set<ExpressRun>();

  /** @param waitScale the part of Waits and pauses before retries that passes in fact */
  constructor(tasks: TaskRunner, logger: EngineLogger, waitScale = 1) {
    this.#waitScale = waitScale;
    this.#tasks = tasks;
    this.#logger = logger;
  }

  /** Whether the limit is reached and no other may start. */
  get isFull(): boolean {
    return this.#running.size >= MOST_AT_ONCE;
  }

  /**
   * Runs an execution to its end.
   *
   * @throws {Error} the core failed on an event; it was logged
   */
  async run(parameters: ExecutionParameters, definition: StateMachineDefinition): Promise<Execution> {
    const run = new ExpressRun(createExecution(parameters), definition, this.#tasks, this.#waitScale);
    this.#running.add(run);
    try {
      return await run.end;
    } catch (error) {
      this.#logger.error({ executionArn: parameters.arn, err: error }, 'an express execution failed unexpectedly');
      throw error;
    } finally {
      this.#running.delete(run);
    }
  }

  close(): void {
    for (const run of this.#running) {
      run.close();
    }
  }
}

/** One express execution: a mailbox, Node's timers and the core. */
class ExpressRun {
  readonly end: Promise<Execution>;
  readonly #definition: StateMachineDefinition;
  readonly #tasks: TaskRunner;
  readonly #owner: TaskOwner;
  readonly #waitScale: number;
  readonly #clock = new SteadyClock();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #resolve: (end: Execution) => void;
  readonly #reject: (error: unknown) => void;
  #execution: Execution;
  readonly #mailbox: IncomingEvent[] = [{ type: 'ExecutionStarted' }];
  #busy = false;
  #isOver = false;

  constructor(execution: Execution, definition: StateMachineDefinition, tasks: TaskRunner, waitScale: number) {
    this.#waitScale = waitScale;
    const { promise, resolve, reject } = Promise.withResolvers<Execution>();
    this.end = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#execution = execution;
    this.#definition = {
      ...definition,
      TimeoutSeconds: Math.min(definition.TimeoutSeconds ?? LONGEST_RUN_SECONDS, LONGEST_RUN_SECONDS),
    };
    this.#tasks = tasks;
    this.#owner = { arn: execution.arn, deliver: (event) => this.#post(event) };
    void this.#drainMailbox();
  }

  close(): void {
    this.#isOver = true;
    for (const timer of this.#timers.values()) {
      clearTimeout(timer);
    }
    this.#timers.clear();
  }

  #post(event: IncomingEvent): void {
    this.#mailbox.push(event);
    if (!this.#busy) {
      void this.#drainMailbox();
    }
  }

  async #drainMailbox(): Promise<void> {
    this.#busy = true;
    try {
      for (let event = this.#mailbox.shift(); event && !this.#isOver; event = this.#mailbox.shift()) {
        const result = await step(
          this.#definition,
          this.#execution,
          stampEvent(event, this.#clock.now(), this.#waitScale),
        );
        this.#execution = result.execution;
        for (const effect of result.effects) {
          switch (effect.type) {
            case 'RunTask':
              this.#tasks.run(this.#owner, effect);
              break;
            case 'CancelTask':
              this.#tasks.cancel(this.#owner, effect.taskId);
              break;
            case 'SetTimer':
              this.#setTimer(effect.timerId, effect.at);
              break;
            case 'CancelTimer':
              clearTimeout(this.#timers.get(effect.timerId));
              this.#timers.delete(effect.timerId);
              break;
            case 'EndExecution':
              this.close();
              this.#resolve(this.#execution);
              break;
          }
        }
      }
    } catch (error) {
      this.close();
      this.#reject(error);
    }
    this.#busy = false;
  }

  #setTimer(timerId: string, at: number): void {
    const fire = (): void => {
      this.#timers.delete(timerId);
      this.#post({ type: 'TimerFired', timerId });
    };
    this.#timers.set(timerId, setTimeout(fire, Math.min(Math.max(0, at - this.#clock.now()), LONGEST_TIMER_MS)));
  }
}
