import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  ExecutionNotRedrivable,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { atomically } from './simulated-call.ts';
import { type ExecutionEnvironment, SimulatedExecution, type UnstampedEvent } from './simulated-execution.ts';
import type { Transport } from './transport.ts';

/** ARN of the simulated state machine. */
export const STATE_MACHINE_ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga';

/** Step Functions with one state machine, whose executions are named by order id and run. Names are unique. */
export class SimulatedStepFunctions {
  readonly #environment: ExecutionEnvironment;
  readonly #executions = new Map<string, SimulatedExecution>();

  constructor(environment: ExecutionEnvironment) {
    this.#environment = environment;
  }

  /** All executions that exist, by their names. */
  get executions(): ReadonlyMap<string, SimulatedExecution> {
    return this.#executions;
  }

  /** The newest execution of each order. */
  newest(): readonly SimulatedExecution[] {
    return [...new Map([...this.#executions.values()].map((saga) => [saga.orderId, saga])).values()];
  }

  /** The journal of an execution is deleted. */
  lose(saga: SimulatedExecution): void {
    saga.lose();
    this.#executions.delete(saga.name);
  }

  /** A Step Functions client for the functions. */
  client(transport: Transport): SFNClient {
    const send = (command: unknown) => transport('step functions', () => atomically(() => this.#answer(command)));
    // The functions use only `send` of a client.
    return { send } as unknown as SFNClient;
  }

  /** All journals are restored from one backup, made at a time in milliseconds since the epoch. */
  async restore(backupAt: number): Promise<void> {
    for (const saga of [...this.#executions.values()]) {
      if (!(await saga.restore(backupAt))) {
        this.#executions.delete(saga.name);
      }
    }
  }

  #answer(command: unknown) {
    if (command instanceof StartExecutionCommand) {
      return this.#start(command.input.name ?? '', command.input.input ?? '');
    }
    if (command instanceof SendTaskSuccessCommand) {
      const output = JSON.parse(command.input.output ?? '');
      return this.#complete(command.input.taskToken ?? '', (taskId) => ({ type: 'TaskSucceeded', taskId, output }));
    }
    if (command instanceof SendTaskFailureCommand) {
      const { taskToken = '', error = '', cause = '' } = command.input;
      return this.#complete(taskToken, (taskId) => ({ type: 'TaskFailed', taskId, error, cause }));
    }
    if (command instanceof DescribeExecutionCommand) {
      const { status, error } = this.#existing(command.input.executionArn);
      return { status, error };
    }
    if (command instanceof RedriveExecutionCommand) {
      return this.#redrive(this.#existing(command.input.executionArn));
    }
    throw new Error('the simulation does not support this command of Step Functions');
  }

  #start(name: string, input: string) {
    const known = this.#executions.get(name);
    if (known === undefined) {
      const saga = new SimulatedExecution(name, input, this.#environment);
      this.#executions.set(name, saga);
      this.#environment.clock.after(0, () => saga.apply({ type: 'ExecutionStarted' }));
    } else if (known.input !== input || known.status !== 'RUNNING') {
      throw new ExecutionAlreadyExists({ message: 'Execution Already Exists', $metadata: {} });
    }
    return {};
  }

  /** @throws {ExecutionDoesNotExist} */
  #existing(arn: string | undefined): SimulatedExecution {
    const saga = this.#executions.get(arn?.split(':').at(-1) ?? '');
    if (saga === undefined) {
      throw new ExecutionDoesNotExist({ message: 'Execution Does Not Exist', $metadata: {} });
    }
    return saga;
  }

  #redrive(saga: SimulatedExecution) {
    if (saga.status === 'RUNNING' || saga.status === 'SUCCEEDED') {
      throw new ExecutionNotRedrivable({ message: 'Execution is not redrivable', $metadata: {} });
    }
    this.#environment.clock.after(0, () => saga.apply({ type: 'RedriveRequested' }));
    return {};
  }

  #complete(token: string, event: (taskId: string) => UnstampedEvent) {
    if (![...this.#executions.values()].some((saga) => saga.answerToken(token, event))) {
      throw new TaskTimedOut({ message: 'Task Timed Out', $metadata: {} });
    }
    return {};
  }
}
