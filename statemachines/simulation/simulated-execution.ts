import type { Effect } from '../../embedded/stepfunctions/core/effect.ts';
import type { EventCircumstances, ExecutionEvent } from '../../embedded/stepfunctions/core/event.ts';
import type { Execution } from '../../embedded/stepfunctions/core/execution.ts';
import { createExecution, outstandingEffects, step } from '../../embedded/stepfunctions/core/step.ts';
import type { StateMachineDefinition } from '../../embedded/stepfunctions/language/definition.ts';
import type { Json } from '../../embedded/stepfunctions/language/json.ts';
import type { Random } from '../../embedded/stepfunctions/simulation/random.ts';
import type { UpdateItemArguments } from './model-orders.ts';
import { type ModelServices, runSagaFunction, type SagaPayload } from './saga-functions.ts';
import type { FaultyNetwork } from './simulated-call.ts';
import type { VirtualClock } from './virtual-clock.ts';

type Task = Extract<Effect, { type: 'RunTask' }>;
/** An event without what the clock and the generator add to it. */
type BareEvent = ExecutionEvent extends infer E
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
  readonly services: ModelServices;
}

/** One order's saga on the engine's pure core: a shell in which time is virtual and every call may go wrong. */
export class SimulatedExecution {
  readonly #surroundings: Surroundings;
  readonly #cancelledTimers = new Set<string>();
  #execution: Execution;
  #standsStillUntil = 0;
  /** Names of the states that were entered, and of the errors between them. */
  readonly path: string[] = [];

  constructor(orderId: string, input: Json, surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#execution = createExecution({
      arn: `arn:aws:states:us-east-1:000000000000:execution:order-saga:${orderId}`,
      name: orderId,
      stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga',
      stateMachineName: 'order-saga',
      type: 'STANDARD',
      roleArn: 'arn:aws:iam::000000000000:role/order-saga',
      input: JSON.stringify(input),
    });
  }

  get status(): Execution['status'] {
    return this.#execution.status;
  }

  /** Error and cause of a failed execution. */
  get failure(): string {
    return `${this.#execution.error}: ${this.#execution.cause}`;
  }

  async take(event: BareEvent): Promise<void> {
    const { definition, clock, random } = this.#surroundings;
    if (clock.now < this.#standsStillUntil) {
      clock.at(this.#standsStillUntil, () => this.take(event));
      return;
    }
    const result = await step(definition, this.#execution, {
      ...event,
      at: clock.now,
      entropy: random.digits(),
    } as ExecutionEvent);
    this.#execution = result.execution;
    for (const { type, ...details } of result.history) {
      if ('stateEnteredEventDetails' in details) this.path.push(String(details.stateEnteredEventDetails.name));
      if (type === 'TaskFailed' || type === 'TaskTimedOut') this.path.push(`(${type})`);
    }
    for (const effect of result.effects) this.#run(effect);
  }

  /** @returns false when nobody waits for this token any more, as SendTaskSuccess and SendTaskFailure then refuse it. */
  answerToken(token: string, event: (taskId: string) => BareEvent): boolean {
    if (this.#surroundings.clock.now < this.#standsStillUntil) return false;
    const task = outstandingEffects(this.#execution).find(
      (effect) => effect.type === 'RunTask' && effect.token === token,
    );
    if (task?.type !== 'RunTask') return false;
    this.#surroundings.clock.after(0, () => this.take(event(task.taskId)));
    return true;
  }

  #run(effect: Effect): void {
    switch (effect.type) {
      case 'RunTask':
        this.#call(effect);
        return;
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
    if (!this.#cancelledTimers.has(timerId)) await this.take({ type: 'TimerFired', timerId });
  }

  #call(task: Task): void {
    const { taskId } = task;
    const waits = task.target.kind === 'INTEGRATION' && task.target.pattern === 'WAIT_FOR_TASK_TOKEN';
    const { place, effect } = this.#work(task);
    this.#surroundings.network.make({
      place,
      effect,
      crash: (seconds) => {
        this.#standsStillUntil = this.#surroundings.clock.now + seconds * 1000;
        this.#surroundings.clock.after(seconds, () => this.#takeUpAgain(taskId));
      },
      answer: async (answer) => {
        if (answer.ok)
          return this.take({ type: waits ? 'TaskSubmitted' : 'TaskSucceeded', taskId, output: answer.output });
        const { error, cause } = answer;
        // A function that fails before anyone could wait for its token fails the task itself.
        return this.take({ type: 'TaskFailed', taskId, error, cause });
      },
    });
  }

  async #takeUpAgain(taskId: string): Promise<void> {
    await this.take({ type: 'TaskRestarted', taskId });
    const lost = outstandingEffects(this.#execution).find((open) => open.type === 'RunTask' && open.taskId === taskId);
    if (lost?.type === 'RunTask') this.#call(lost);
  }

  #work({ target, input }: Task): { readonly place: string; readonly effect: () => Json } {
    const { services, clock } = this.#surroundings;
    if (target.kind === 'INTEGRATION' && target.service === 'dynamodb') {
      const effect = () => {
        services.orders.update(input as unknown as UpdateItemArguments);
        return {};
      };
      return { place: 'orders', effect };
    }
    const { FunctionName, Payload } = input as unknown as {
      readonly FunctionName: string;
      readonly Payload: SagaPayload;
    };
    const effect = () => ({
      StatusCode: 200,
      Payload: runSagaFunction(FunctionName, Payload, services, clock.now) as Json,
    });
    return { place: FunctionName, effect };
  }
}
