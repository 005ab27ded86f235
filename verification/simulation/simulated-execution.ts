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
 * One order's saga on the engine's pure core, in a shell with virtual time and a faulty network:
 *
 *     event -> step(execution) -> history (SagaTrace) and effects -> network, timers -> event ...
 */
export class SimulatedExecution {
  readonly #environment: ExecutionEnvironment;
  readonly #cancelledTimers = new Set<string>();
  #execution: Execution;
  #downUntil = 0;
  #waitingToken: string | undefined;
  readonly orderId: string;
  readonly trace = new SagaTrace();

  constructor(orderId: string, input: string, environment: ExecutionEnvironment) {
    this.#environment = environment;
    this.orderId = orderId;
    this.#execution = createExecution({
      arn: `arn:aws:states:us-east-1:000000000000:execution:order-saga:${orderId}`,
      name: orderId,
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
    if (clock.now < this.#downUntil) {
      clock.at(this.#downUntil, () => this.apply(event));
      return;
    }
    const circumstances = { at: clock.now, entropy: random.digits() };
    const before = this.status;
    const result = await step(definition, this.#execution, { ...event, ...circumstances } as ExecutionEvent);
    this.#execution = result.execution;
    this.trace.record(result.history);
    const waiting = this.trace.state === 'AwaitPayment' ? this.#openTasks()[0] : undefined;
    this.#waitingToken = waiting?.submitted === undefined ? undefined : waiting.token;
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
    const task = this.#openTasks().find((open) => open.token === token);
    if (task === undefined) {
      return false;
    }
    if (this.#environment.clock.now < this.#downUntil) {
      throw new Refusal('TimeoutError', 'the engine is down');
    }
    this.#environment.clock.after(0, () => this.apply(event(task.taskId)));
    return true;
  }

  #openTasks(): readonly Task[] {
    return outstandingEffects(this.#execution).filter((effect) => effect.type === 'RunTask');
  }

  async #run(effect: Effect): Promise<void> {
    switch (effect.type) {
      case 'RunTask':
        return this.#call(effect);
      case 'SetTimer':
        this.#environment.clock.at(effect.at, () => this.#fire(effect.timerId));
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
    const waits = task.target.kind === 'INTEGRATION' && task.target.pattern === 'WAIT_FOR_TASK_TOKEN';
    this.trace.recordCall(task.input);
    return network.make<Json>({
      ...work(task.target, task.input),
      crash: (seconds) => {
        this.#downUntil = clock.now + seconds * 1000;
        clock.after(seconds, () => this.#restartTask(taskId));
      },
      answer: (answer) => {
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
