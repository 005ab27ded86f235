import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  type ExecutionStatus,
  type SFNClient,
  SFNServiceException,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { isThrottling, translateErrors } from '../clients/aws.ts';
import { sagaInput } from './new-order.ts';
import type { Order } from './order.ts';

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
export type SagaStart =
  | { readonly outcome: 'STARTED' }
  /** An execution of the order exists: an earlier start had reached Step Functions. */
  | { readonly outcome: 'ALREADY_STARTED' }
  /** Step Functions refused, or was never reached: nothing runs. */
  | { readonly outcome: 'REFUSED'; readonly cause: unknown }
  /** The reply was lost: the saga may run or not. A later start settles it. */
  | { readonly outcome: 'UNKNOWN'; readonly cause: unknown };

/** The executions of the order saga, each named by its order's id. */
export interface OrderSaga {
  /** Starts the order's saga. Repeated starts have no further effect. Throws nothing. */
  readonly start: (order: Order, retries?: StartRetries) => Promise<SagaStart>;
  /** Status of the order's execution. @throws RetryableError where Step Functions does not reply */
  readonly status: (orderId: string) => Promise<ExecutionStatus>;
}

/** The sagas of one state machine. */
export function createOrderSaga(client: SFNClient, stateMachineArn: string): OrderSaga {
  const startOnce = async (order: Order, timeoutMs: number): Promise<SagaStart> => {
    const start = new StartExecutionCommand({
      stateMachineArn,
      name: order.order_id,
      input: JSON.stringify(sagaInput(order)),
    });
    const limit = Number.isFinite(timeoutMs) ? { abortSignal: AbortSignal.timeout(timeoutMs) } : {};
    return startOutcome(client.send(start, limit));
  };
  return {
    start: async (order, { delaysMs, withinMs } = NO_RETRIES) => {
      const deadline = Date.now() + withinMs;
      const first = await startOnce(order, withinMs);
      if (first.outcome !== 'UNKNOWN') {
        return first;
      }
      for (const delayMs of delaysMs) {
        const jitteredMs = Math.round(delayMs * (0.5 + Math.random()));
        if (Date.now() + jitteredMs >= deadline) {
          break;
        }
        await sleep(jitteredMs);
        const again = await startOnce(order, Math.max(1, deadline - Date.now()));
        // A refusal says nothing about the first attempt, and a restarting engine refuses for a moment only.
        if (again.outcome === 'STARTED' || again.outcome === 'ALREADY_STARTED') {
          return again;
        }
      }
      return first;
    },
    status: async (orderId) => {
      const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${orderId}`;
      const { status } = await translateErrors(
        client.send(new DescribeExecutionCommand({ executionArn })),
        'SAGA_UNAVAILABLE',
        'Step Functions does not answer',
      );
      if (status === undefined) {
        throw new Error(`Step Functions returned no status of ${executionArn}`);
      }
      return status;
    },
  };
}

async function startOutcome(call: Promise<unknown>): Promise<SagaStart> {
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

const NEVER_CONNECTED: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * True where the error shows that nothing runs: throttling, a 4xx, or a connection that was never made. Any 5xx, 503
 * included, may come from a proxy on the way, after the start took effect behind it.
 */
function isRefusal(cause: unknown): boolean {
  if (cause instanceof SFNServiceException) {
    const { httpStatusCode = 500 } = cause.$metadata;
    return isThrottling(cause) || (httpStatusCode >= 400 && httpStatusCode < 500);
  }
  return cause instanceof Error && 'code' in cause && NEVER_CONNECTED.has(cause.code);
}

/** True where the execution does nothing more by itself. */
export function hasEnded(status: ExecutionStatus): boolean {
  switch (status) {
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
