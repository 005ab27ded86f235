import type { Effect, IntegrationPattern } from '../core/effect.ts';
import type { Execution, ExecutionParameters } from '../core/execution.ts';
import type { HistoryEvent } from '../core/history-event.ts';
import { createExecution, outstandingEffects, step } from '../core/step.ts';
import type { ExecutionOrigin, ParentTask } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';
import type { EngineLogger } from '../options.ts';
import { Alarm } from './alarm.ts';
import type { Definitions } from './definitions.ts';
import { GroupCommit } from './group-commit.ts';
import { type IncomingEvent, takeIn } from './incoming-event.ts';
import { type Delivery, type LiveExecution, LiveExecutions } from './live-execution.ts';
import type { TaskOwner, TaskRunner } from './task-runner.ts';
import { isOurs, wakeningOf } from './wakening.ts';
import { type ExecutionChange, writeChange } from './write-change.ts';

/** Executions kept in memory while nothing happens to them. */
const IDLE_EXECUTIONS_IN_MEMORY = 2_000;
/** Timers fired between two looks at the clock. */
const TIMERS_AT_ONCE = 500;

/** An execution whose timers change nothing (its step fails) is looked at again after this pause. */
const STUCK_TIMER_PAUSE_MS = 1_000;

/** What an execution is started with besides the core's own parameters. */
export type Origin = Omit<ExecutionOrigin, 'id'>;

/** Told about what has just become durable. */
export interface ExecutionListener {
  /** An execution has ended; `parent` waits for it. */
  readonly ended: (execution: Execution, origin: ExecutionOrigin) => void;
  /** An execution that had ended runs again. */
  readonly redriven: () => void;
  /** A task of this activity waits for a worker. */
  readonly activityScheduled: (activityArn: string) => void;
}

/**
 * The durable shell around the core. Each execution takes in its events one after the other; what they lead to is
 * committed, together with that of other executions, before any effect runs and before any caller is answered.
 * A restart goes on from the last commit.
 */
export class JournaledExecutions {
  readonly #journal: Journal;
  readonly #definitions: Definitions;
  readonly #tasks: TaskRunner;
  readonly #listener: ExecutionListener;
  readonly #logger: EngineLogger;
  readonly #commits: GroupCommit;
  readonly #live = new LiveExecutions(IDLE_EXECUTIONS_IN_MEMORY);
  readonly #alarm = new Alarm(() => void this.#fireTimers());
  readonly #starts = new Map<string, Promise<Execution>>();
  #lastId: number;
  #firing: Promise<void> | undefined;
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
    this.#tasks = tasks;
    this.#listener = listener;
    this.#logger = logger;
    this.#commits = new GroupCommit(journal.database);
    this.#lastId = journal.executions.lastId();
  }

  /** Resolves once no execution with this ARN is about to be written. */
  async starting(arn: string): Promise<void> {
    for (let start = this.#starts.get(arn); start; start = this.#starts.get(arn)) await start.catch(() => undefined);
  }

  /** Starts an execution; resolves with its first committed state. The ARN must not be taken. */
  start(parameters: ExecutionParameters, origin: Origin): Promise<Execution> {
    const start = this.#start(parameters, origin).finally(() => this.#starts.delete(parameters.arn));
    this.#starts.set(parameters.arn, start);
    return start;
  }

  async #start(parameters: ExecutionParameters, origin: Origin): Promise<Execution> {
    this.#lastId += 1;
    const live: LiveExecution = {
      origin: { ...origin, id: this.#lastId },
      execution: createExecution(parameters),
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
    if (this.#live.get(id)?.busy) return false;
    this.#live.delete(id);
    return true;
  }

  /** After a start: fires the timers that ran out meanwhile, then takes up every task that was out. */
  async recover(): Promise<void> {
    await this.#fireTimers();
    let last = 0;
    for (;;) {
      const ids = this.#journal.states.withTasksOut(last, TIMERS_AT_ONCE);
      if (ids.length === 0) return;
      last = ids.at(-1) ?? last;
      await Promise.all(ids.map((id) => this.#takeUp(id)));
    }
  }

  /** Runs `work` with everything committed that was added before. */
  flush(): void {
    this.#commits.flush();
  }

  close(): void {
    this.#closed = true;
    this.#alarm.stop();
    this.#commits.flush();
  }

  #find(id: number): LiveExecution | undefined {
    const known = this.#live.get(id);
    if (known) return known;
    const execution = this.#journal.states.read(id);
    const record = execution && this.#journal.executions.findById(id);
    if (!execution || !record) return undefined;
    const { stateMachine, revision, traceHeader, parent } = record;
    const live: LiveExecution = {
      origin: {
        id,
        stateMachine,
        revision,
        ...(traceHeader === undefined ? {} : { traceHeader }),
        ...(parent ? { parent } : {}),
      },
      execution,
      isNew: false,
      mailbox: [],
      busy: false,
    };
    this.#live.add(live);
    return live;
  }

  #post(live: LiveExecution, event: IncomingEvent): Promise<boolean> {
    return new Promise((done, failed) => {
      live.mailbox.push({ event: takeIn(event), done, failed });
      if (!live.busy) void this.#work(live);
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
        this.#logger.error({ executionArn: live.execution.arn, err: error }, 'events could not be taken in');
        if (live.isNew) this.#live.delete(live.origin.id);
        for (const { failed } of deliveries) failed(error);
      }
    }
    live.busy = false;
  }

  async #takeIn(live: LiveExecution, deliveries: readonly Delivery[]): Promise<void> {
    const before = live.execution;
    const definition = this.#definitions.of(this.#journal.stateMachines.revision(live.origin.revision));
    const history: HistoryEvent[] = [];
    const effects: Effect[] = [];
    const changed: boolean[] = [];
    const taken: string[] = [];
    const answered: string[] = [];
    let after = before;
    for (const { event } of deliveries) {
      const result = await step(definition, after, event);
      const didChange = result.execution !== after;
      changed.push(didChange);
      if (didChange && event.type === 'TaskStarted') taken.push(event.taskId);
      if (didChange && (event.type === 'TaskSucceeded' || event.type === 'TaskFailed')) answered.push(event.taskId);
      after = result.execution;
      for (const entry of result.history) history.push(entry);
      for (const effect of result.effects) effects.push(effect);
    }
    if (after !== before) {
      const { origin, isNew } = live;
      const change: ExecutionChange = { origin, before, after, history, effects, taken, answered, isNew };
      const wakening = wakeningOf(after);
      await this.#commits.add(() => writeChange(this.#journal, change, wakening));
      live.execution = after;
      live.isNew = false;
      if (before.status !== 'RUNNING' && after.status === 'RUNNING') this.#listener.redriven();
      if (wakening.dueAt !== undefined) this.#alarm.set(wakening.dueAt);
    }
    deliveries.forEach(({ done }, index) => {
      done(changed[index] ?? false);
    });
    this.#run(live, effects);
  }

  #run(live: LiveExecution, effects: readonly Effect[]): void {
    if (this.#closed) return;
    const owner = this.#ownerOf(live);
    for (const effect of effects) {
      switch (effect.type) {
        case 'RunTask':
          if (effect.target.kind === 'ACTIVITY') this.#listener.activityScheduled(effect.target.activityArn);
          else this.#tasks.run(owner, effect);
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
  }

  #ownerOf(live: LiveExecution): TaskOwner {
    const { id } = live.origin;
    return {
      arn: live.execution.arn,
      id,
      deliver: (event) => this.deliverQuietly(id, event),
    };
  }

  /** For events that nobody waits for; what goes wrong was logged where it went wrong. */
  deliverQuietly(id: number, event: IncomingEvent): void {
    if (this.#closed) return;
    this.deliver(id, event).catch(() => undefined);
  }

  /** The owner of a task whose execution is another one's parent. */
  ownerOfParent(parent: ParentTask): TaskOwner | undefined {
    const live = this.#find(parent.execution);
    return live && this.#ownerOf(live);
  }

  /** How the parent's task waits for its job; `undefined` once it no longer does. */
  patternOf({ execution, taskId }: ParentTask): IntegrationPattern | undefined {
    const live = this.#find(execution);
    if (!live) return undefined;
    for (const effect of outstandingEffects(live.execution)) {
      if (effect.type === 'RunTask' && effect.taskId === taskId && effect.target.kind === 'INTEGRATION') {
        return effect.target.pattern;
      }
    }
    return undefined;
  }

  /** One round at a time: the timers of a round are committed before the next one is looked for. */
  #fireTimers(): Promise<void> {
    this.#firing ??= this.#fireDue()
      .catch((error: unknown) => this.#logger.error({ err: error }, 'timers could not be fired'))
      .finally(() => {
        this.#firing = undefined;
        const next = this.#closed ? undefined : this.#journal.states.nextDue();
        if (next !== undefined) this.#alarm.set(Math.max(next, Date.now() + 1));
      });
    return this.#firing;
  }

  async #fireDue(): Promise<void> {
    for (;;) {
      if (this.#closed) return;
      const now = Date.now();
      const ids = this.#journal.states.due(now, TIMERS_AT_ONCE);
      if (ids.length === 0) return;
      const fired = ids.map(async (id) => {
        const live = this.#find(id);
        if (!live) return false;
        const due = outstandingEffects(live.execution).filter((e) => e.type === 'SetTimer' && e.at <= now);
        const changed = await Promise.all(
          due.map((timer) => (timer.type === 'SetTimer' ? this.#post(live, timerFired(timer.timerId)) : false)),
        );
        return changed.includes(true);
      });
      const settled = await Promise.allSettled(fired);
      const stuck = ids.filter((_, index) => !isFired(settled[index]));
      for (const id of stuck) this.#journal.states.postpone(id, now, Date.now() + STUCK_TIMER_PAUSE_MS);
      if (ids.length < TIMERS_AT_ONCE) return;
    }
  }

  async #takeUp(id: number): Promise<void> {
    const live = this.#find(id);
    if (!live) return;
    const isLost = (effect: Effect): boolean => isOurs(effect) && effect.type === 'RunTask' && !effect.submitted;
    const lost = outstandingEffects(live.execution).filter(isLost);
    await Promise.all(
      lost.map((task) =>
        task.type === 'RunTask' ? this.#post(live, { type: 'TaskRestarted', taskId: task.taskId }) : undefined,
      ),
    );
    this.#run(live, outstandingEffects(live.execution).filter(isOurs));
  }
}

const isFired = (result: PromiseSettledResult<boolean> | undefined): boolean =>
  result?.status === 'fulfilled' && result.value;

const timerFired = (timerId: string): IncomingEvent => ({ type: 'TimerFired', timerId });
