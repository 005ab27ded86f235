import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  type ExecutionStatus,
  RedriveExecutionCommand,
  type SFNClient,
  SFNServiceException,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { wasNeverConnected } from '../../aws-clients/never-connected.ts';
import { isThrottling } from '../../aws-clients/transient-errors.ts';
import { translateSagaErrors } from '../clients/aws.ts';
import { RetryableError } from '../common/errors.ts';

/** How a start whose reply was lost is retried, to learn whether it took effect. */
export interface StartRetries {
  /** Delay before each retry, jittered between half and one and a half times. */
  readonly delaysMs: readonly number[];
  /** Limit for all attempts and delays together. */
  readonly withinMs: number;
}

/** One attempt, whatever its outcome. */
const NO_RETRIES: StartRetries = { delaysMs: [], withinMs: Number.POSITIVE_INFINITY };

/** The outcome of a start. */
export type ExecutionStart =
  | { readonly outcome: 'STARTED' }
  /** An execution of that name exists: an earlier start had reached Step Functions. */
  | { readonly outcome: 'ALREADY_STARTED' }
  /** Step Functions refused, or was never reached: nothing runs. */
  | { readonly outcome: 'REFUSED'; readonly cause: unknown }
  /** The reply was lost: it may run or not. A later start settles it. */
  | { readonly outcome: 'UNKNOWN'; readonly cause: unknown };

/** One execution. NOT_FOUND: Step Functions has none of that name. */
export interface Execution {
  readonly status: ExecutionStatus | 'NOT_FOUND';
  /** Why it ended; present for a failed one that said so. */
  readonly error?: string;
}

/** What an execution is started with. Step Functions compares both to tell a repeated start from another one. */
export interface NewExecution {
  readonly name: string;
  readonly input: object;
}

/** The executions of one state machine, by their names. */
export interface Executions {
  /** Starts an execution. Repeated starts have no further effect. Throws nothing. */
  readonly start: (execution: NewExecution, retries?: StartRetries) => Promise<ExecutionStart>;
  /** @throws RetryableError where Step Functions does not reply */
  readonly find: (name: string) => Promise<Execution>;
  /**
   * Redrives an execution. False where Step Functions refuses: it cannot be redriven, or the place has no redrives.
   *
   * @throws RetryableError where Step Functions does not reply
   */
  readonly redrive: (name: string) => Promise<boolean>;
}

/** Parts of a state machine's ARN before its version or alias. */
const ARN_PARTS = 7;

/** The ARN of a state machine without the version or the alias that it may name. */
export function unqualified(stateMachineArn: string): string {
  return stateMachineArn.split(':').slice(0, ARN_PARTS).join(':');
}

/** The ARN of an execution, which names no version and no alias, even if it was started by one. */
export function executionArnOf(stateMachineArn: string, name: string): string {
  return `${unqualified(stateMachineArn).replace(':stateMachine:', ':execution:')}:${name}`;
}

/**
 * The executions of one state machine.
 *
 * @param stateMachineArn may name a version or an alias, by which executions start
 */
export function createExecutions(client: SFNClient, stateMachineArn: string): Executions {
  const executionArn = (name: string) => executionArnOf(stateMachineArn, name);
  const startOnce = async ({ name, input }: NewExecution, timeoutMs: number): Promise<ExecutionStart> => {
    const start = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
    const limit = Number.isFinite(timeoutMs) ? { abortSignal: AbortSignal.timeout(timeoutMs) } : {};
    return startOutcome(client.send(start, limit));
  };
  return {
    start: async (execution, { delaysMs, withinMs } = NO_RETRIES) => {
      const deadline = Date.now() + withinMs;
      const first = await startOnce(execution, withinMs);
      if (first.outcome !== 'UNKNOWN') {
        return first;
      }
      for (const delayMs of delaysMs) {
        const jitteredMs = Math.round(delayMs * (0.5 + Math.random()));
        if (Date.now() + jitteredMs >= deadline) {
          break;
        }
        await sleep(jitteredMs);
        const again = await startOnce(execution, Math.max(1, deadline - Date.now()));
        // A refusal says nothing about the first attempt, and a restarting engine refuses for a moment only.
        if (again.outcome === 'STARTED' || again.outcome === 'ALREADY_STARTED') {
          return again;
        }
      }
      return first;
    },
    find: async (name) => {
      try {
        const { status, error } = await answered(
          client.send(new DescribeExecutionCommand({ executionArn: executionArn(name) })),
        );
        if (status === undefined) {
          throw new Error(`Step Functions returned no status of ${executionArn(name)}`);
        }
        return { status, ...(error !== undefined && { error }) };
      } catch (error) {
        if (error instanceof SFNServiceException && error.name === 'ExecutionDoesNotExist') {
          return { status: 'NOT_FOUND' };
        }
        throw error;
      }
    },
    redrive: async (name) => {
      try {
        await answered(client.send(new RedriveExecutionCommand({ executionArn: executionArn(name) })));
        return true;
      } catch (error) {
        if (error instanceof RetryableError || !(error instanceof SFNServiceException)) {
          throw error;
        }
        return false;
      }
    },
  };
}

function answered<T>(call: Promise<T>): Promise<T> {
  return translateSagaErrors(call);
}

async function startOutcome(call: Promise<unknown>): Promise<ExecutionStart> {
  try {
    await call;
    return { outcome: 'STARTED' };
  } catch (cause) {
    if (cause instanceof SFNServiceException && cause.name === 'ExecutionAlreadyExists') {
      return { outcome: 'ALREADY_STARTED' };
    }
    return { outcome: isRefusal(cause) ? 'REFUSED' : 'UNKNOWN', cause };
  }
}

/**
 * True where the error shows that nothing runs: throttling, a 4xx, or a connection that was never made. Any 5xx, 503
 * included, may come from a proxy on the way, after the start took effect behind it.
 */
function isRefusal(cause: unknown): boolean {
  if (cause instanceof SFNServiceException) {
    const { httpStatusCode = 500 } = cause.$metadata;
    return isThrottling(cause) || (httpStatusCode >= 400 && httpStatusCode < 500);
  }
  return wasNeverConnected(cause);
}

/** True where the execution still moves its order by itself. One that is not found does not. */
export function isAtWork(status: Execution['status']): boolean {
  return status !== 'NOT_FOUND' && !hasEnded(status);
}

/** True where there is an execution, and it does nothing more by itself. */
export function hasEnded(status: Execution['status']): boolean {
  switch (status) {
    case 'NOT_FOUND':
    case 'RUNNING':
    case 'PENDING_REDRIVE':
      return false;
    case 'SUCCEEDED':
    case 'FAILED':
    case 'TIMED_OUT':
    case 'ABORTED':
      return true;
  }
}
