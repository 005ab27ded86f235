import {
  createExecution,
  type Effect,
  type EventCircumstances,
  type Execution,
  type ExecutionEvent,
  type Json,
  outstandingEffects,
  type StateMachineDefinition,
  step,
} from 'resilient-stepfunctions/core';
import type { Random } from 'resilient-stepfunctions/random';
import type { FaultyNetwork } from './faulty-network.ts';
import type { TaskHandler } from './saga-tasks.ts';
import { SagaTrace } from './saga-trace.ts';
import { Refusal } from './simulated-call.ts';
import type { VirtualClock } from './virtual-clock.ts';

type Task = Extract<Effect, { type: 'RunTask' }>;
/** An event before it gets its time and entropy. */
export type UnstampedEvent = ExecutionEvent extends infer E
  ? E extends ExecutionEvent
    ? Omit<E, keyof EventCircumstances>
    : never
  : never;

/** Dependencies that all simulated executions share. */
export interface ExecutionEnvironment {
  readonly definition: StateMachineDefinition;
  readonly clock: VirtualClock;
  readonly network: FaultyNetwork;
  readonly random: Random;
  /** Handles the saga's tasks. */
  readonly work: TaskHandler;
  /** Called when an execution has failed. */
  readonly onFailed: (saga: SimulatedExecution) => void;
}

/**
 * One order's saga on the engine's pure core, with virtual time and a faulty network:
 *
 *     event -> step(execution) -> history (SagaTrace) and effects -> network, timers -> event ...
 */
export class SimulatedExecution {
  readonly #environment: ExecutionEnvironment;
  readonly #cancelledTimers = new Set<string>();
  #execution: Execution;
  /** What a backup of the journal may hold: the execution since it exists, by time. */
  readonly #journal: { readonly at: number; readonly execution: Execution; readonly state: string }[] = [];
  /** Counts the journal's losses: what was under way before one reaches nobody any more. */
  #life = 0;
  #isLost = false;
  #downUntil = 0;
  #waitingToken: string | undefined;
  readonly name: string;
  readonly orderId: string;
  readonly trace = new SagaTrace();

  /** @param name the order's id, with the number of the run after the first */
  constructor(name: string, input: string, environment: ExecutionEnvironment) {
    this.#environment = environment;
    this.name = name;
    this.orderId = orderIdOf(name);
    this.#execution = createExecution({
      arn: `arn:aws:states:us-east-1:000000000000:execution:order-saga:${name}`,
      name,
      stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga',
      stateMachineName: 'order-saga',
      type: 'STANDARD',
      roleArn: 'arn:aws:iam::000000000000:role/order-saga',
      input,
    });
  }

  get status(): Execution['status'] {
    return this.#execution.status;
  }

  get input(): string {
    return this.#execution.input;
  }

  get error(): string | undefined {
    return this.#execution.error;
  }

  /** Error and cause of a failed execution. */
  get failure(): string {
    return `${this.#execution.error}: ${this.#execution.cause}`;
  }

  /** The task token of a waiting AwaitPayment; undefined unless the task has been submitted. */
  get waitingToken(): string | undefined {
    return this.#waitingToken;
  }

  async apply(event: UnstampedEvent): Promise<void> {
    const { definition, clock, random, onFailed } = this.#environment;
    if (this.#isLost) {
      return;
    }
    if (clock.now < this.#downUntil) {
      clock.at(
        this.#downUntil,
        this.#inThisLife(() => this.apply(event)),
      );
      return;
    }
    const circumstances = { at: clock.now, entropy: random.digits() };
    const before = this.status;
    const result = await step(definition, this.#execution, { ...event, ...circumstances } as ExecutionEvent);
    this.#execution = result.execution;
    this.trace.record(result.history);
    this.#journal.push({ at: clock.now, execution: result.execution, state: this.trace.state });
    this.#noteWaiting();
    for (const effect of result.effects) {
      await this.#run(effect);
    }
    if (before === 'RUNNING' && this.status === 'FAILED') {
      onFailed(this);
    }
  }

  /**
   * @returns false if no task waits under this token: SendTaskSuccess and SendTaskFailure then fail
   * @throws {Refusal} the engine is down
   */
  answerToken(token: string, event: (taskId: string) => UnstampedEvent): boolean {
    const task = this.#isLost ? undefined : this.#openTasks().find((open) => open.token === token);
    if (task === undefined) {
      return false;
    }
    if (this.#environment.clock.now < this.#downUntil) {
      throw new Refusal('TimeoutError', 'the engine is down');
    }
    this.#environment.clock.after(
      0,
      this.#inThisLife(() => this.apply(event(task.taskId))),
    );
    return true;
  }

  /** The journal is deleted: the execution exists no more, and hears of nothing. */
  lose(): void {
    this.#isLost = true;
    this.#life += 1;
    this.#waitingToken = undefined;
  }

  /**
   * The journal is restored from a backup, and the engine goes on from there.
   *
   * @param backupAt when the backup was made, in milliseconds since the epoch
   * @returns false where the execution is younger than the backup, and exists no more
   */
  async restore(backupAt: number): Promise<boolean> {
    const last = this.#journal.findLastIndex(({ at }) => at <= backupAt);
    this.#journal.splice(last + 1);
    const backup = this.#journal.at(-1);
    if (backup === undefined) {
      this.lose();
      return false;
    }
    this.#life += 1;
    this.#execution = backup.execution;
    this.#cancelledTimers.clear();
    this.trace.path.push('(restored)');
    this.trace.state = backup.state;
    this.#noteWaiting();
    for (const effect of outstandingEffects(backup.execution)) {
      if (effect.type === 'RunTask') {
        if (effect.submitted === undefined) {
          await this.#restartTask(effect.taskId);
        }
      } else {
        await this.#run(effect);
      }
    }
    return true;
  }

  #noteWaiting(): void {
    const waiting = this.trace.state === 'AwaitPayment' ? this.#openTasks()[0] : undefined;
    this.#waitingToken = waiting?.submitted === undefined ? undefined : waiting.token;
  }

  #inThisLife(work: () => void | Promise<void>): () => void | Promise<void> {
    const life = this.#life;
    return () => (life === this.#life ? work() : undefined);
  }

  #openTasks(): readonly Task[] {
    return outstandingEffects(this.#execution).filter((effect) => effect.type === 'RunTask');
  }

  async #run(effect: Effect): Promise<void> {
    switch (effect.type) {
      case 'RunTask':
        return this.#call(effect);
      case 'SetTimer':
        this.#environment.clock.at(
          effect.at,
          this.#inThisLife(() => this.#fire(effect.timerId)),
        );
        return;
      case 'CancelTimer':
        this.#cancelledTimers.add(effect.timerId);
        return;
      case 'CancelTask':
      case 'EndExecution':
        return;
    }
  }

  async #fire(timerId: string): Promise<void> {
    if (!this.#cancelledTimers.has(timerId)) {
      await this.apply({ type: 'TimerFired', timerId });
    }
  }

  #call(task: Task): Promise<void> {
    const { taskId } = task;
    const { clock, network, work } = this.#environment;
    const { target } = task;
    if (target.kind === 'ITEM_READER' || target.kind === 'RESULT_WRITER') {
      throw new Error('The simulation has no S3.');
    }
    const waits = target.kind === 'INTEGRATION' && target.pattern === 'WAIT_FOR_TASK_TOKEN';
    this.trace.recordCall(task.input);
    const life = this.#life;
    return network.make<Json>({
      ...work(target, task.input),
      crash: (seconds) => {
        this.#downUntil = clock.now + seconds * 1000;
        clock.after(
          seconds,
          this.#inThisLife(() => this.#restartTask(taskId)),
        );
      },
      answer: (answer) => {
        if (life !== this.#life) {
          return undefined;
        }
        if (!answer.ok) {
          return this.apply({ type: 'TaskFailed', taskId, error: answer.error, cause: answer.cause });
        }
        return this.apply({ type: waits ? 'TaskSubmitted' : 'TaskSucceeded', taskId, output: answer.output });
      },
    });
  }

  async #restartTask(taskId: string): Promise<void> {
    await this.apply({ type: 'TaskRestarted', taskId });
    const lost = this.#openTasks().find((open) => open.taskId === taskId);
    if (lost !== undefined) {
      await this.#call(lost);
    }
  }
}

/** The order of an execution by its name. */
function orderIdOf(name: string): string {
  return /^order-\d+/.exec(name)?.[0] ?? name;
}
