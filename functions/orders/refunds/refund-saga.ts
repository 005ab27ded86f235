import type { SFNClient } from '@aws-sdk/client-sfn';
import { createExecutions, type Execution, type ExecutionStart } from '../executions.ts';
import type { Order } from '../order.ts';
import { tracedStart } from '../saga-spans.ts';
import type { Refund, RefundLine } from './refund.ts';

/** Input of the refund saga's executions. */
export interface RefundSagaInput {
  readonly order_id: string;
  readonly refund_id: string;
  readonly amount_minor: number;
  readonly currency: string;
  /** Empty where no stock comes back. */
  readonly lines: readonly RefundLine[];
  readonly restock: boolean;
  readonly reason: string;
  readonly traceparent: string;
  /** Counts the executions after the first. */
  readonly run?: number;
}

/** One refund of an order. */
export interface OrderRefund {
  readonly order: Order;
  readonly refundId: string;
  readonly refund: Refund;
}

/** The executions of the refund saga. A refund has one, named by its id; where that one was lost, it has further runs. */
export interface RefundSaga {
  /** Starts the refund's current run. Repeated starts have no further effect. Throws nothing. */
  readonly start: (refund: OrderRefund) => Promise<ExecutionStart>;
  /** The refund's current execution. @throws RetryableError where Step Functions does not reply */
  readonly find: (refund: OrderRefund) => Promise<Execution>;
  /** Redrives it; false where Step Functions refuses. @throws RetryableError where Step Functions does not reply */
  readonly redrive: (refund: OrderRefund) => Promise<boolean>;
}

/** The sagas of one state machine. */
export function createRefundSaga(client: SFNClient, stateMachineArn: string): RefundSaga {
  const executions = createExecutions(client, stateMachineArn);
  return {
    start: (refund) => {
      const name = refundExecutionName(refund.refundId, refund.refund);
      const input = refundSagaInput(refund);
      const traced = { name, orderId: input.order_id, traceparent: input.traceparent };
      return tracedStart(traced, () => executions.start({ name, input }));
    },
    find: ({ refundId, refund }) => executions.find(refundExecutionName(refundId, refund)),
    redrive: ({ refundId, refund }) => executions.redrive(refundExecutionName(refundId, refund)),
  };
}

/** Number of a refund's current execution, from 0. */
export function refundRun({ run = 0 }: Pick<Refund, 'run'>): number {
  return run;
}

/** Name of a refund's current execution: its id, with the number of the run after the first. */
export function refundExecutionName(refundId: string, refund: Pick<Refund, 'run'>): string {
  const run = refundRun(refund);
  return run === 0 ? refundId : `${refundId}-${run}`;
}

/** The input of a refund's saga, made from what never changes within a run: a repeated start must send the same. */
export function refundSagaInput({ order, refundId, refund }: OrderRefund): RefundSagaInput {
  const { amount_minor, lines = [], restock, reason, traceparent = order.traceparent, run = 0 } = refund;
  return {
    order_id: order.order_id,
    refund_id: refundId,
    amount_minor,
    currency: order.currency ?? '',
    lines: restock ? lines : [],
    restock,
    reason,
    traceparent,
    ...(run > 0 && { run }),
  };
}
