import type { SFNClient } from '@aws-sdk/client-sfn';
import { createExecutions, type Execution, type ExecutionStart, type StartRetries } from './executions.ts';
import { executionName, sagaInput } from './new-order.ts';
import type { Order } from './order.ts';
import { tracedStart } from './saga-spans.ts';

/** An order, as far as it names its current execution. */
export type ExecutionOwner = Pick<Order, 'order_id' | 'saga_run'>;

/** The executions of the order saga. An order has one, named by its id; where that one was lost, it has further runs. */
export interface OrderSaga {
  /** Starts the order's current run. Repeated starts have no further effect. Throws nothing. */
  readonly start: (order: Order, retries?: StartRetries) => Promise<ExecutionStart>;
  /** The order's current execution. @throws RetryableError where Step Functions does not reply */
  readonly find: (order: ExecutionOwner) => Promise<Execution>;
  /**
   * Redrives the order's current execution. False where Step Functions refuses: it cannot be redriven, or the place has no
   * redrives.
   *
   * @throws RetryableError where Step Functions does not reply
   */
  readonly redrive: (order: ExecutionOwner) => Promise<boolean>;
}

/** The sagas of one state machine. */
export function createOrderSaga(client: SFNClient, stateMachineArn: string): OrderSaga {
  const executions = createExecutions(client, stateMachineArn);
  return {
    start: (order, retries) => {
      const name = executionName(order);
      const traced = { name, orderId: order.order_id, traceparent: order.traceparent };
      return tracedStart(traced, () => executions.start({ name, input: sagaInput(order) }, retries));
    },
    find: (order) => executions.find(executionName(order)),
    redrive: (order) => executions.redrive(executionName(order)),
  };
}
