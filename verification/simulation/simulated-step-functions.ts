import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { atOnce } from './operation.ts';
import type { Reach } from './reach.ts';
import { type BareEvent, SimulatedExecution, type Surroundings } from './simulated-execution.ts';

/** ARN of the simulated state machine. */
export const STATE_MACHINE_ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga';

/** Step Functions with one state machine: executions are named by their orders, and each name is taken once. */
export class SimulatedStepFunctions {
  readonly #surroundings: Surroundings;
  readonly #executions = new Map<string, SimulatedExecution>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** By order. */
  get executions(): ReadonlyMap<string, SimulatedExecution> {
    return this.#executions;
  }

  /** Step Functions as the functions know it. */
  client(reach: Reach): SFNClient {
    const send = (command: unknown) => reach('step functions', () => atOnce(() => this.#answer(command)));
    // The functions use a client's `send` and nothing else of it.
    return { send } as unknown as SFNClient;
  }

  #answer(command: unknown) {
    if (command instanceof StartExecutionCommand) {
      return this.#start(command.input.name ?? '', command.input.input ?? '');
    }
    if (command instanceof SendTaskSuccessCommand) {
      const output = JSON.parse(command.input.output ?? '');
      return this.#tell(command.input.taskToken ?? '', (taskId) => ({ type: 'TaskSucceeded', taskId, output }));
    }
    if (command instanceof SendTaskFailureCommand) {
      const { taskToken = '', error = '', cause = '' } = command.input;
      return this.#tell(taskToken, (taskId) => ({ type: 'TaskFailed', taskId, error, cause }));
    }
    if (command instanceof DescribeExecutionCommand) {
      return { status: this.#executions.get(command.input.executionArn?.split(':').at(-1) ?? '')?.status };
    }
    throw new Error('the functions send Step Functions something that the simulation does not know');
  }

  #start(name: string, input: string) {
    const known = this.#executions.get(name);
    if (known === undefined) {
      const saga = new SimulatedExecution(name, input, this.#surroundings);
      this.#executions.set(name, saga);
      this.#surroundings.clock.after(0, () => saga.take({ type: 'ExecutionStarted' }));
    } else if (known.input !== input || known.status !== 'RUNNING') {
      throw new ExecutionAlreadyExists({ message: 'Execution Already Exists', $metadata: {} });
    }
    return {};
  }

  #tell(token: string, event: (taskId: string) => BareEvent) {
    if (![...this.#executions.values()].some((saga) => saga.answerToken(token, event))) {
      throw new TaskTimedOut({ message: 'Task Timed Out', $metadata: {} });
    }
    return {};
  }
}
