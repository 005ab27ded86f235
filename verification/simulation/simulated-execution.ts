import type {
  Effect,
  EventCircumstances,
  Execution,
  ExecutionEvent,
  Json,
  StateMachineDefinition,
} from 'resilient-stepfunctions/core';
import { createExecution, outstandingEffects, step } from 'resilient-stepfunctions/core';
import type { Random } from 'resilient-stepfunctions/random';
import { Course } from './course.ts';
import type { FaultyNetwork } from './faulty-network.ts';
import { Refusal } from './refusal.ts';
import type { TaskWork } from './task-work.ts';
import type { VirtualClock } from './virtual-clock.ts';

type Task = Extract<Effect, { type: 'RunTask' }>;
/** An event without what the clock and the generator add to it. */
export type BareEvent = ExecutionEvent extends infer E
  ? E extends ExecutionEvent
    ? Omit<E, keyof EventCircumstances>
    : never
  : never;

/** What all simulated executions share. */
export interface Surroundings {
  readonly definition: StateMachineDefinition;
  readonly clock: VirtualClock;
  readonly network: FaultyNetwork;
  readonly random: Random;
  /** What a task's call does at the other end. */
  readonly work: TaskWork;
  /** Told when an execution has failed. */
  readonly onFailed: (saga: SimulatedExecution) => void;
}

/** One order's saga on the engine's pure core: a shell in which time is virtual and every call may go wrong. */
export class SimulatedExecution {
  readonly #surroundings: Surroundings;
  readonly #cancelledTimers = new Set<string>();
  #execution: Execution;
  #standsStillUntil = 0;
  #waitsUnder: string | undefined;
  readonly orderId: string;
  readonly course = new Course();

  constructor(orderId: string, input: string, surroundings: Surroundings) {
    this.#surroundings = surroundings;
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

  /** The token under which it waits to be told; undefined while it is not known to wait. */
  get waitsUnder(): string | undefined {
    return this.#waitsUnder;
  }

  async take(event: BareEvent): Promise<void> {
    const { definition, clock, random, onFailed } = this.#surroundings;
    if (clock.now < this.#standsStillUntil) {
      clock.at(this.#standsStillUntil, () => this.take(event));
      return;
    }
    const circumstances = { at: clock.now, entropy: random.digits() };
    const before = this.status;
    const result = await step(definition, this.#execution, { ...event, ...circumstances } as ExecutionEvent);
    this.#execution = result.execution;
    this.course.follow(result.history);
    const waiting = this.course.state === 'AwaitPayment' ? this.#openTasks()[0] : undefined;
    this.#waitsUnder = waiting?.submitted === undefined ? undefined : waiting.token;
    for (const effect of result.effects) {
      await this.#run(effect);
    }
    if (before === 'RUNNING' && this.status === 'FAILED') {
      onFailed(this);
    }
  }

  /**
   * @returns false when nobody waits for this token any more, as SendTaskSuccess and SendTaskFailure then refuse it.
   * @throws Refusal while the engine stands still
   */
  answerToken(token: string, event: (taskId: string) => BareEvent): boolean {
    const task = this.#openTasks().find((open) => open.token === token);
    if (task === undefined) {
      return false;
    }
    if (this.#surroundings.clock.now < this.#standsStillUntil) {
      throw new Refusal('TimeoutError', 'the engine is down');
    }
    this.#surroundings.clock.after(0, () => this.take(event(task.taskId)));
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
        this.#surroundings.clock.at(effect.at, () => this.#fire(effect.timerId));
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
      await this.take({ type: 'TimerFired', timerId });
    }
  }

  #call(task: Task): Promise<void> {
    const { taskId } = task;
    const { clock, network, work } = this.#surroundings;
    const waits = task.target.kind === 'INTEGRATION' && task.target.pattern === 'WAIT_FOR_TASK_TOKEN';
    this.course.call(task.input);
    return network.make<Json>({
      ...work(task.target, task.input),
      crash: (seconds) => {
        this.#standsStillUntil = clock.now + seconds * 1000;
        clock.after(seconds, () => this.#takeUpAgain(taskId));
      },
      answer: (answer) => {
        if (!answer.ok) {
          return this.take({ type: 'TaskFailed', taskId, error: answer.error, cause: answer.cause });
        }
        return this.take({ type: waits ? 'TaskSubmitted' : 'TaskSucceeded', taskId, output: answer.output });
      },
    });
  }

  async #takeUpAgain(taskId: string): Promise<void> {
    await this.take({ type: 'TaskRestarted', taskId });
    const lost = this.#openTasks().find((open) => open.taskId === taskId);
    if (lost !== undefined) {
      await this.#call(lost);
    }
  }
}
