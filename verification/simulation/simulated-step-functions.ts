import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
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

/** Step Functions with one state machine, whose executions are named by order id. Names are unique. */
export class SimulatedStepFunctions {
  readonly #environment: ExecutionEnvironment;
  readonly #executions = new Map<string, SimulatedExecution>();

  constructor(environment: ExecutionEnvironment) {
    this.#environment = environment;
  }

  /** By order id. */
  get executions(): ReadonlyMap<string, SimulatedExecution> {
    return this.#executions;
  }

  /** A Step Functions client for the functions. */
  client(transport: Transport): SFNClient {
    const send = (command: unknown) => transport('step functions', () => atomically(() => this.#answer(command)));
    // The functions use only `send` of a client.
    return { send } as unknown as SFNClient;
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
      return { status: this.#executions.get(command.input.executionArn?.split(':').at(-1) ?? '')?.status };
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

  #complete(token: string, event: (taskId: string) => UnstampedEvent) {
    if (![...this.#executions.values()].some((saga) => saga.answerToken(token, event))) {
      throw new TaskTimedOut({ message: 'Task Timed Out', $metadata: {} });
    }
    return {};
  }
}
