import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  type ExecutionStatus,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Order } from '../orders/order.ts';
import { sagaInput } from '../orders/saga-input.ts';
import { type SagaStart, startAnswer } from './saga-start.ts';
import { reachable } from './step-functions.ts';

/** How long a start whose answer was lost is repeated, to learn what became of it. */
export interface StartPatience {
  /** Before each repetition, about so long: between half and one and a half times. */
  readonly pausesMs: readonly number[];
  /** For all attempts and pauses together. */
  readonly withinMs: number;
}

/** One attempt, however it ends. */
const NO_PATIENCE: StartPatience = { pausesMs: [], withinMs: Number.POSITIVE_INFINITY };

/** The executions of the order saga, each named by its order's id. */
export interface OrderSaga {
  /** Starts the order's saga; as often as one likes, it runs once. Throws nothing. */
  readonly start: (order: Order, patience?: StartPatience) => Promise<SagaStart>;
  /** State of the order's execution. @throws RetryableError where Step Functions is out of reach */
  readonly status: (orderId: string) => Promise<ExecutionStatus>;
}

/** The sagas of one state machine. */
export function createOrderSaga(client: SFNClient, stateMachineArn: string): OrderSaga {
  const startOnce = async (order: Order, millisecondsLeft: number): Promise<SagaStart> => {
    const start = new StartExecutionCommand({
      stateMachineArn,
      name: order.order_id,
      input: JSON.stringify(sagaInput(order)),
    });
    const limit = Number.isFinite(millisecondsLeft) ? { abortSignal: AbortSignal.timeout(millisecondsLeft) } : {};
    return startAnswer(client.send(start, limit));
  };
  return {
    start: async (order, { pausesMs, withinMs } = NO_PATIENCE) => {
      const patienceEnds = Date.now() + withinMs;
      const first = await startOnce(order, withinMs);
      if (first.outcome !== 'UNKNOWN') {
        return first;
      }
      for (const pauseMs of pausesMs) {
        const jittered = Math.round(pauseMs * (0.5 + Math.random()));
        if (Date.now() + jittered >= patienceEnds) {
          break;
        }
        await sleep(jittered);
        const again = await startOnce(order, Math.max(1, patienceEnds - Date.now()));
        // A refusal says nothing about the first attempt, and an engine that starts anew refuses for a moment only.
        if (again.outcome === 'STARTED' || again.outcome === 'ALREADY_STARTED') {
          return again;
        }
      }
      return first;
    },
    status: async (orderId) => {
      const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${orderId}`;
      const { status } = await reachable(client.send(new DescribeExecutionCommand({ executionArn })));
      if (status === undefined) {
        throw new Error(`Step Functions told no status of ${executionArn}`);
      }
      return status;
    },
  };
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
