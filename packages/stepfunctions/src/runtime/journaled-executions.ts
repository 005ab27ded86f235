import { EventEmitter } from 'node:events';
import type { Execution, ExecutionParameters } from '../core/execution.ts';
import { createExecution } from '../core/step.ts';
import type { RunTask } from '../integrations/integration.ts';
import type { ExecutionOrigin } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';
import { activitiesOf } from '../language/called-resources.ts';
import { parseJson } from '../language/exact-number.ts';
import type { EngineLogger } from '../options.ts';
import type { DefinitionCache } from './definition-cache.ts';
import { DueTimers } from './due-timers.ts';
import { Effects, type ExecutionEvents } from './effects.ts';
import { GroupCommit } from './group-commit.ts';
import { InFlight } from './in-flight.ts';
import { type IncomingEvent, stampEvent } from './incoming-event.ts';
import { type Delivery, type LiveExecution, LiveExecutions } from './live-execution.ts';
import { dueTimersOf, engineTasksOf, wakeUpOf } from './outstanding-work.ts';
import { InterruptedTasks, Recovery } from './recovery.ts';
import { SteadyClock } from './steady-clock.ts';
import { stepThrough } from './step-through.ts';
import { SyncJobs } from './sync-jobs.ts';
import type { TaskOwner, TaskRunner } from './task-runner.ts';
import { type ExecutionChange, writeChange } from './write-change.ts';

/** Bounds of the executions in memory. */
const KEPT_IN_MEMORY = { executions: 2_000, characters: 32 * 1024 * 1024 };

/** Pauses before an event that could not be committed is delivered again. */
const FIRST_REDELIVERY_MS = 250;
const LONGEST_REDELIVERY_MS = 60_000;

/** Where an execution comes from, before it has an id. */
export type NewOrigin = Omit<ExecutionOrigin, 'id'>;

/**
 * The durable shell around the core.
 *
 * ```text
 * deliver ─► mailbox ─► step (core) ─► group commit ─┬─► answer the callers
 *                                                    └─► run the effects
 * ```
 *
 * Each execution processes its events one batch after the other. A batch's changes are committed, together with those
 * of other executions, before any effect runs and before any caller is answered. A restart resumes from the last commit.
 */
export class JournaledExecutions {
  /** Emits what has just become durable. */
  readonly events = new EventEmitter<ExecutionEvents>();
  readonly #journal: Journal;
  readonly #definitions: DefinitionCache;
  readonly #logger: EngineLogger;
  readonly #waitScale: number;
  readonly #jobs: SyncJobs;
  readonly #effects: Effects;
  readonly #commits: GroupCommit;
  readonly #live = new LiveExecutions(KEPT_IN_MEMORY);
  readonly #clock = new SteadyClock();
  readonly #timers: DueTimers;
  readonly #interrupted: InterruptedTasks;
  readonly #recovery: Recovery;
  readonly #starts = new InFlight<string>();
  readonly #redrives = new InFlight<number>();
  #lastId: number;
  #isClosed = false;

  /** @param waitScale the part of Waits and pauses before retries that passes in fact */
  constructor(journal: Journal, definitions: DefinitionCache, tasks: TaskRunner, logger: EngineLogger, waitScale = 1) {
    this.#waitScale = waitScale;
    this.#journal = journal;
    this.#definitions = definitions;
    this.#logger = logger;
    this.#jobs = new SyncJobs(journal, tasks, {
      find: (id) => this.#find(id),
      deliver: (id, event) => this.deliver(id, event),
      deliverWithRetry: (id, event) => this.#deliverWithRetry(id, event),
    });
    this.#effects = new Effects(tasks, this.#jobs, this.events, logger);
    this.#commits = new GroupCommit(journal.database);
    this.#lastId = journal.executions.lastId();
    this.#interrupted = new InterruptedTasks(journal.states.withTasksOut());
    this.#recovery = new Recovery(logger);
    this.#timers = new DueTimers(journal.states, (id, now) => this.#fireTimers(id, now), logger, this.#clock);
  }

  /** Resolves when the start of this ARN that is in flight has been committed; `undefined` when there is none. */
  starting(arn: string): Promise<void> | undefined {
    return this.#starts.ending(arn);
  }

  /**
   * Starts an execution. No execution may have the ARN or be {@link starting} with it.
   *
   * @returns its first committed state
   */
  start(parameters: ExecutionParameters, origin: NewOrigin): Promise<Execution> {
    return this.#starts.begin(parameters.arn, async () => {
      const live = this.#liveExecution({ ...origin, id: this.#nextId() }, createExecution(parameters));
      this.#live.add(live);
      await this.#post(live, { type: 'ExecutionStarted' });
      return live.execution;
    });
  }

  /** Resolves when the redrive of this execution that is in flight has been committed; `undefined` when there is none. */
  redriving(id: number): Promise<void> | undefined {
    return this.#redrives.ending(id);
  }

  /**
   * Redrives an execution from where it failed. It must not be {@link redriving}.
   *
   * @param clientToken stored with the redrive, so that a repeated call finds it
   * @returns whether it could be redriven, once that is durable
   */
  redrive(id: number, clientToken: string | undefined): Promise<boolean> {
    const storeToken = (): void => {
      if (clientToken !== undefined) {
        this.#journal.executions.setRedriveToken(id, clientToken);
      }
    };
    return this.#redrives.begin(id, async () => {
      const live = this.#find(id);
      return live ? this.#post(live, { type: 'RedriveRequested' }, storeToken) : false;
    });
  }

  /**
   * Delivers an event to an execution.
   *
   * @returns whether it changed anything, once that is durable
   */
  async deliver(id: number, event: IncomingEvent): Promise<boolean> {
    const live = this.#find(id);
    return live ? this.#post(live, event) : false;
  }

  /** The state of an execution that runs or may be redriven. */
  state(id: number): Execution | undefined {
    return this.#find(id)?.execution;
  }

  /** Evicts an execution that has ended from memory. Answers `false` while it processes events. */
  forget(id: number): boolean {
    if (this.#live.get(id)?.busy === true) {
      return false;
    }
    this.#live.delete(id);
    return true;
  }

  /**
   * After a start: restarts the tasks that the end of the last process interrupted, fires overdue timers and stops
   * orphaned jobs. Callers may be served at the same time. What fails is tried again later.
   */
  async recover(): Promise<void> {
    await this.#recovery.run(this.#interrupted.executions, (id) => this.#restartTasks(id));
    await this.#timers.fire();
    await this.#recovery.run(this.#journal.executions.awaited(), (id) => this.#jobs.stopOrphan(id));
  }

  /** Commits what is pending and stops. The journal stays open. */
  close(): void {
    this.#isClosed = true;
    this.#recovery.stop();
    this.#timers.stop();
    this.#commits.flush();
  }

  readonly #nextId = (): number => {
    this.#lastId += 1;
    return this.#lastId;
  };

  #liveExecution(origin: ExecutionOrigin, execution: Execution, stored?: string): LiveExecution {
    const { id } = origin;
    const owner: TaskOwner = {
      arn: execution.arn,
      id,
      deliver: (event) => this.#deliverWithRetry(id, event),
      jobs: this.#jobs.of(id),
    };
    return {
      origin,
      owner,
      execution,
      characters: stored?.length ?? 0,
      isNew: stored === undefined,
      mailbox: [],
      busy: false,
    };
  }

  /** The execution in memory; loads it from the journal if need be. */
  #find(id: number): LiveExecution | undefined {
    const known = this.#live.get(id);
    if (known) {
      return known;
    }
    const stored = this.#journal.states.read(id);
    if (stored === undefined) {
      return undefined;
    }
    const record = this.#journal.executions.findById(id);
    if (record === undefined) {
      return undefined;
    }
    const { stateMachine, revision, traceHeader, parent } = record;
    const origin: ExecutionOrigin = {
      id,
      stateMachine,
      revision,
      ...(traceHeader === undefined ? {} : { traceHeader }),
      ...(parent ? { parent } : {}),
    };
    const live = this.#liveExecution(origin, parseJson(stored) as unknown as Execution, stored);
    this.#interrupted.loaded(id, live.execution);
    this.#live.add(live);
    return live;
  }

  #post(live: LiveExecution, event: IncomingEvent, alongside?: () => void): Promise<boolean> {
    return new Promise((resolve, reject) => {
      live.mailbox.push({
        event: stampEvent(event, this.#clock.now(), this.#waitScale),
        resolve,
        reject,
        ...(alongside && { alongside }),
      });
      if (!live.busy) {
        void this.#drainMailbox(live);
      }
    });
  }

  async #drainMailbox(live: LiveExecution): Promise<void> {
    live.busy = true;
    while (live.mailbox.length > 0 && !this.#isClosed) {
      const deliveries = live.mailbox;
      live.mailbox = [];
      try {
        await this.#process(live, deliveries);
      } catch (error) {
        this.#logger.error({ executionArn: live.execution.arn, err: error }, 'a commit failed');
        for (const { reject } of deliveries) {
          reject(error);
        }
      }
    }
    live.busy = false;
    if (live.isNew || live.execution.status !== 'RUNNING') {
      this.#live.delete(live.origin.id);
    }
  }

  /** Steps through a batch of events, commits the change, then answers the callers and runs the effects. */
  async #process(live: LiveExecution, deliveries: readonly Delivery[]): Promise<void> {
    const { origin, isNew, execution: before } = live;
    const definition = this.#definitions.of(this.#journal.stateMachines.revision(origin.revision));
    const missing = activitiesOf(definition).filter((arn) => !this.#journal.activities.exists(arn));
    const batch = await stepThrough(definition, before, deliveries, this.#logger, missing);
    const { after } = batch;
    if (after !== before) {
      const state = after.status === 'SUCCEEDED' ? undefined : JSON.stringify(after);
      const wakeUp = wakeUpOf(after);
      const change: ExecutionChange = { ...batch, origin, isNew, before, state };
      await this.#commits.add(() => {
        writeChange(this.#journal, change, wakeUp, this.#nextId);
        for (const write of batch.alongside) {
          write();
        }
      });
      live.execution = after;
      live.isNew = false;
      this.#live.resize(live, state?.length ?? 0);
      this.events.emit('committed', after, batch.history);
      if (isNew) {
        this.events.emit('started', after, origin);
      }
      // It may have ended again at once.
      if (after.redriveCount !== before.redriveCount) {
        this.events.emit('redriven', after, origin);
      }
      if (wakeUp.dueAt !== undefined) {
        this.#timers.set(wakeUp.dueAt);
      }
    }
    for (const { resolve, changed } of batch.settled) {
      resolve(changed);
    }
    if (!this.#isClosed) {
      this.#effects.run(live, batch.effects);
    }
  }

  /**
   * Delivers an event for which no caller waits, such as a task's outcome. One that cannot be committed (a full disk)
   * must not be lost: it is delivered again with exponential backoff.
   */
  #deliverWithRetry(id: number, event: IncomingEvent, pauseMs = FIRST_REDELIVERY_MS): void {
    if (this.#isClosed) {
      return;
    }
    this.deliver(id, event).catch(() => {
      const next = Math.min(pauseMs * 2, LONGEST_REDELIVERY_MS);
      setTimeout(() => this.#deliverWithRetry(id, event, next), pauseMs).unref();
    });
  }

  /** Fires due timers first: a task that timed out meanwhile is not called again. */
  async #restartTasks(id: number): Promise<void> {
    await this.#fireTimers(id, this.#clock.now());
    await Promise.all(this.#interrupted.of(id).map((taskId) => this.#restart(id, taskId)));
  }

  /** Runs an interrupted task again if it is still outstanding. It counts as interrupted until that is committed. */
  async #restart(id: number, taskId: string): Promise<void> {
    const outstanding = (): RunTask | undefined => engineTasksOf(this.state(id)).find((task) => task.taskId === taskId);
    if (outstanding()?.submitted === undefined) {
      await this.deliver(id, { type: 'TaskRestarted', taskId });
    }
    this.#interrupted.settle(id, taskId);
    const live = this.#find(id);
    const task = outstanding();
    if (live && task && !this.#isClosed) {
      this.#effects.run(live, [task]);
    }
  }

  /** Fires an execution's due timers. Answers whether that changed anything. */
  async #fireTimers(id: number, now: number): Promise<boolean> {
    const live = this.#find(id);
    if (!live) {
      return false;
    }
    const fired = dueTimersOf(live.execution, now).map((timerId) => this.#post(live, { type: 'TimerFired', timerId }));
    return (await Promise.all(fired)).includes(true);
  }
}
