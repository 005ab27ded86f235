import {
  DescribeExecutionCommand,
  type ExecutionStatus,
  type SFNClient,
  SFNServiceException,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Order } from '../orders/order.ts';
import { sagaInput } from '../orders/saga-input.ts';
import { reachable } from './step-functions.ts';

/** What a start came to. */
export type SagaStart =
  | { readonly outcome: 'STARTED' }
  /** An execution of the order exists: an earlier start had reached Step Functions. */
  | { readonly outcome: 'ALREADY_STARTED' }
  /** Step Functions said no, or was never reached: nothing runs. */
  | { readonly outcome: 'REFUSED'; readonly cause: unknown }
  /** The answer was lost: it may run or not. A later start settles it. */
  | { readonly outcome: 'UNKNOWN'; readonly cause: unknown };

/** The executions of the order saga, each named by its order's id. */
export interface OrderSaga {
  /** Starts the order's saga; as often as one likes, it runs once. Throws nothing. */
  readonly start: (order: Order) => Promise<SagaStart>;
  /** State of the order's execution. @throws RetryableError where Step Functions is out of reach */
  readonly status: (orderId: string) => Promise<ExecutionStatus>;
}

/** The sagas of one state machine. */
export function createOrderSaga(client: SFNClient, stateMachineArn: string): OrderSaga {
  const startOnce = async (order: Order): Promise<SagaStart> => {
    try {
      const input = JSON.stringify(sagaInput(order));
      await client.send(new StartExecutionCommand({ stateMachineArn, name: order.order_id, input }));
      return { outcome: 'STARTED' };
    } catch (cause) {
      return failedStart(cause);
    }
  };
  return {
    start: async (order) => {
      const first = await startOnce(order);
      if (first.outcome !== 'UNKNOWN') return first;
      const second = await startOnce(order);
      // A refusal of the second attempt says nothing about the first.
      return second.outcome === 'REFUSED' ? first : second;
    },
    status: async (orderId) => {
      const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${orderId}`;
      const { status } = await reachable(client.send(new DescribeExecutionCommand({ executionArn })));
      if (status === undefined) throw new Error(`Step Functions told no status of ${executionArn}`);
      return status;
    },
  };
}

const NEVER_CONNECTED: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);

function failedStart(cause: unknown): SagaStart {
  if (cause instanceof SFNServiceException) {
    if (cause.name === 'ExecutionAlreadyExists') return { outcome: 'ALREADY_STARTED' };
    const { httpStatusCode } = cause.$metadata;
    const refused = cause.$fault === 'client' || httpStatusCode === 429 || httpStatusCode === 503;
    return { outcome: refused ? 'REFUSED' : 'UNKNOWN', cause };
  }
  const neverConnected = cause instanceof Error && 'code' in cause && NEVER_CONNECTED.has(cause.code);
  return { outcome: neverConnected ? 'REFUSED' : 'UNKNOWN', cause };
}
