import type { IntegrationPattern } from '../core/effect.ts';
import type { Execution, ExecutionParameters } from '../core/execution.ts';
import { createExecution, outstandingEffects } from '../core/step.ts';
import type { RunTask } from '../integrations/integration.ts';
import type { ExecutionOrigin, ParentTask } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';
import type { EngineLogger } from '../options.ts';
import type { Definitions } from './definitions.ts';
import { DueTimers } from './due-timers.ts';
import { Effects } from './effects.ts';
import type { ExecutionListener } from './execution-listener.ts';
import { GroupCommit } from './group-commit.ts';
import { type IncomingEvent, takeIn } from './incoming-event.ts';
import { type Delivery, type LiveExecution, LiveExecutions } from './live-execution.ts';
import { LostTasks, tasksOf } from './lost-tasks.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { Recovery } from './recovery.ts';
import { stepThrough } from './step-through.ts';
import type { TaskOwner, TaskRunner } from './task-runner.ts';
import { wakeningOf } from './wakening.ts';
import { type ExecutionChange, writeChange } from './write-change.ts';

/** What is kept in memory of executions that nothing happens to. */
const KEPT_IN_MEMORY = { executions: 2_000, characters: 32 * 1024 * 1024 };

/** Pauses before an event that could not be written down is brought again. */
const FIRST_REDELIVERY_MS = 250;
const LONGEST_REDELIVERY_MS = 60_000;

/** What an execution is started with besides the core's own parameters. */
export type Origin = Omit<ExecutionOrigin, 'id'>;

/**
 * The durable shell around the core. Each execution takes in its events one after the other; what they lead to is
 * committed, together with that of other executions, before any effect runs and before any caller is answered.
 * A restart goes on from the last commit.
 */
export class JournaledExecutions {
  readonly #journal: Journal;
  readonly #definitions: Definitions;
  readonly #effects: Effects;
  readonly #listener: ExecutionListener;
  readonly #logger: EngineLogger;
  readonly #commits: GroupCommit;
  readonly #live = new LiveExecutions(KEPT_IN_MEMORY);
  readonly #timers: DueTimers;
  readonly #lost: LostTasks;
  readonly #recovery: Recovery;
  readonly #starts = new OneAtATime<string>();
  readonly #redrives = new OneAtATime<number>();
  #lastId: number;
  #closed = false;

  constructor(
    journal: Journal,
    definitions: Definitions,
    tasks: TaskRunner,
    listener: ExecutionListener,
    logger: EngineLogger,
  ) {
    this.#journal = journal;
    this.#definitions = definitions;
    this.#effects = new Effects(tasks, listener, logger, (id, event) => this.deliverQuietly(id, event));
    this.#listener = listener;
    this.#logger = logger;
    this.#commits = new GroupCommit(journal.database);
    this.#lastId = journal.executions.lastId();
    this.#lost = new LostTasks(journal.states.withTasksOut());
    this.#recovery = new Recovery(logger);
    this.#timers = new DueTimers(journal.states, (id, now) => this.#fireDueOf(id, now), logger);
  }

  /** Resolves when the start of this ARN that is under way has been written; `undefined` when there is none. */
  starting(arn: string): Promise<void> | undefined {
    return this.#starts.ending(arn);
  }

  /** Starts an execution; resolves with its first committed state. The ARN must be neither taken nor {@link starting}. */
  start(parameters: ExecutionParameters, origin: Origin): Promise<Execution> {
    return this.#starts.begin(parameters.arn, () => this.#start(parameters, origin));
  }

  /** Resolves when the redrive of this execution that is under way has been written; `undefined` when there is none. */
  redriving(id: number): Promise<void> | undefined {
    return this.#redrives.ending(id);
  }

  /**
   * Takes an execution on from where it failed. It must not be {@link redriving}.
   *
   * @param clientToken kept with the redrive, so that a repeated call finds it
   * @returns whether it could be redriven, once that is durable
   */
  redrive(id: number, clientToken: string | undefined): Promise<boolean> {
    const keep = (): void => {
      if (clientToken !== undefined) {
        this.#journal.executions.setRedriveToken(id, clientToken);
      }
    };
    return this.#redrives.begin(id, async () => {
      const live = this.#find(id);
      return live ? this.#post(live, { type: 'RedriveRequested' }, keep) : false;
    });
  }

  async #start(parameters: ExecutionParameters, origin: Origin): Promise<Execution> {
    const live: LiveExecution = {
      origin: { ...origin, id: this.#nextId() },
      execution: createExecution(parameters),
      characters: 0,
      isNew: true,
      mailbox: [],
      busy: false,
    };
    this.#live.add(live);
    await this.#post(live, { type: 'ExecutionStarted' });
    return live.execution;
  }

  /**
   * Brings an event to an execution.
   *
   * @returns whether it changed anything, once that is durable
   */
  async deliver(id: number, event: IncomingEvent): Promise<boolean> {
    const live = this.#find(id);
    return live ? this.#post(live, event) : false;
  }

  /** The execution's state, if it is kept: it runs, or it may be redriven. */
  state(id: number): Execution | undefined {
    return this.#find(id)?.execution;
  }

  /** Takes an execution that has ended out of memory; answers `false` when events for it are being taken in. */
  forget(id: number): boolean {
    if (this.#live.get(id)?.busy === true) {
      return false;
    }
    this.#live.delete(id);
    return true;
  }

  /**
   * After a start: takes up every task that was out when the last process ended, and fires the timers that ran out
   * meanwhile. Callers may be served at the same time. What cannot be taken up yet is tried again later.
   */
  async recover(): Promise<void> {
    await this.#recovery.run(this.#lost.executions, (id) => this.#takeUp(id));
    await this.#timers.fire();
    const awaited = this.#journal.executions.awaited();
    await this.#recovery.run(awaited, (id) => this.#stopIfOrphan(id));
  }

  close(): void {
    this.#closed = true;
    this.#recovery.stop();
    this.#timers.stop();
    this.#commits.flush();
  }

  readonly #nextId = (): number => {
    this.#lastId += 1;
    return this.#lastId;
  };

  #find(id: number): LiveExecution | undefined {
    const known = this.#live.get(id);
    if (known) {
      return known;
    }
    const state = this.#journal.states.read(id);
    const record = state === undefined ? undefined : this.#journal.executions.findById(id);
    if (state === undefined || !record) {
      return undefined;
    }
    const { stateMachine, revision, traceHeader, parent } = record;
    const live: LiveExecution = {
      origin: {
        id,
        stateMachine,
        revision,
        ...(traceHeader === undefined ? {} : { traceHeader }),
        ...(parent ? { parent } : {}),
      },
      execution: JSON.parse(state) as Execution,
      characters: state.length,
      isNew: false,
      mailbox: [],
      busy: false,
    };
    this.#lost.loaded(id, live.execution);
    this.#live.add(live);
    return live;
  }

  #post(live: LiveExecution, event: IncomingEvent, alongside?: () => void): Promise<boolean> {
    return new Promise((done, failed) => {
      live.mailbox.push({ event: takeIn(event), done, failed, ...(alongside && { alongside }) });
      if (!live.busy) {
        void this.#work(live);
      }
    });
  }

  async #work(live: LiveExecution): Promise<void> {
    live.busy = true;
    while (live.mailbox.length > 0 && !this.#closed) {
      const deliveries = live.mailbox;
      live.mailbox = [];
      try {
        await this.#takeIn(live, deliveries);
      } catch (error) {
        this.#logger.error({ executionArn: live.execution.arn, err: error }, 'a commit failed');
        for (const { failed } of deliveries) {
          failed(error);
        }
      }
    }
    live.busy = false;
    if (live.isNew || live.execution.status !== 'RUNNING') {
      this.#live.delete(live.origin.id);
    }
  }

  async #takeIn(live: LiveExecution, deliveries: readonly Delivery[]): Promise<void> {
    const { origin, isNew, execution: before } = live;
    const definition = this.#definitions.of(this.#journal.stateMachines.revision(origin.revision));
    const batch = await stepThrough(definition, before, deliveries, this.#logger);
    const { after } = batch;
    if (after !== before) {
      const state = after.status === 'SUCCEEDED' ? undefined : JSON.stringify(after);
      const wakening = wakeningOf(after);
      const change: ExecutionChange = { ...batch, origin, isNew, before, state };
      await this.#commits.add(() => {
        writeChange(this.#journal, change, wakening, this.#nextId);
        for (const write of batch.alongside) {
          write();
        }
      });
      live.execution = after;
      live.isNew = false;
      this.#live.resize(live, state?.length ?? 0);
      if (before.status !== 'RUNNING' && after.status === 'RUNNING') {
        this.#listener.redriven();
      }
      if (wakening.dueAt !== undefined) {
        this.#timers.set(wakening.dueAt);
      }
    }
    for (const { done, changed } of batch.settled) {
      done(changed);
    }
    if (!this.#closed) {
      this.#effects.run(live, batch.effects);
    }
  }

  /**
   * For events that nobody waits for, such as a task's answer. One that could not be written down (a full disk) must
   * not be lost, so it is brought again and again, ever more rarely.
   */
  deliverQuietly(id: number, event: IncomingEvent, pauseMs = FIRST_REDELIVERY_MS): void {
    if (this.#closed) {
      return;
    }
    this.deliver(id, event).catch(() => {
      const next = Math.min(pauseMs * 2, LONGEST_REDELIVERY_MS);
      setTimeout(() => this.deliverQuietly(id, event, next), pauseMs).unref();
    });
  }

  /** The owner of a task whose execution is another one's parent. */
  ownerOfParent(parent: ParentTask): TaskOwner | undefined {
    const live = this.#find(parent.execution);
    return live && this.#effects.ownerOf(live);
  }

  /** How the parent's task waits for its job; `undefined` once it no longer does. */
  patternOf({ execution, taskId }: ParentTask): IntegrationPattern | undefined {
    const live = this.#find(execution);
    if (!live) {
      return undefined;
    }
    for (const effect of outstandingEffects(live.execution)) {
      if (effect.type === 'RunTask' && effect.taskId === taskId && effect.target.kind === 'INTEGRATION') {
        return effect.target.pattern;
      }
    }
    return undefined;
  }

  /** Timers first: a task whose time is over need not be run again. */
  async #takeUp(id: number): Promise<void> {
    if (!this.#find(id)) {
      return;
    }
    await this.#fireDueOf(id, Date.now());
    await Promise.all(this.#lost.of(id).map((taskId) => this.#restart(id, taskId)));
  }

  /** Runs a lost task again if it is still out. It stays lost until that is written down. */
  async #restart(id: number, taskId: string): Promise<void> {
    const stillOut = (): RunTask | undefined => tasksOf(this.state(id)).find((task) => task.taskId === taskId);
    if (stillOut()?.submitted === undefined) {
      await this.deliver(id, { type: 'TaskRestarted', taskId });
    }
    this.#lost.found(id, taskId);
    const live = this.#find(id);
    const task = stillOut();
    if (live && task && !this.#closed) {
      this.#effects.run(live, [task]);
    }
  }

  /** The last process may have ended just after a task was given up and before what it had started was stopped. */
  async #stopIfOrphan(id: number): Promise<void> {
    const parent = this.#journal.executions.findById(id)?.parent;
    if (parent && this.patternOf(parent) === undefined) {
      await this.deliver(id, { type: 'StopRequested' });
    }
  }

  async #fireDueOf(id: number, now: number): Promise<boolean> {
    const live = this.#find(id);
    if (!live) {
      return false;
    }
    const due = outstandingEffects(live.execution).flatMap((effect) =>
      effect.type === 'SetTimer' && effect.at <= now ? [effect.timerId] : [],
    );
    const fired = due.map((timerId) => this.#post(live, { type: 'TimerFired', timerId }));
    return (await Promise.all(fired)).includes(true);
  }
}
