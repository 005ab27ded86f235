import { spanContextOf } from '../../telemetry/trace-context.ts';
import { OrderNotFoundError, RefundNotFoundError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { orderTable, refundSagaHistory, sagaHistory } from '../environment.ts';
import { executionName, sagaRun } from '../orders/new-order.ts';
import type { Order } from '../orders/order.ts';
import { type OrderTable, readOrder } from '../orders/order-table.ts';
import { refundLedger } from '../orders/refunds/refund-ledger.ts';
import { refundExecutionName, refundRun } from '../orders/refunds/refund-saga.ts';
import type { SagaHistory } from '../orders/saga-history.ts';
import { sagaHistoryOperation, sagaHistoryQuery } from './contract/saga-history.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { readQuery } from './request-reading.ts';
import { respond } from './response.ts';

/** Dependencies of the endpoint. */
export interface SagaHistoryDependencies {
  readonly table: OrderTable;
  readonly history: SagaHistory;
  /** Of the refund saga. */
  readonly refundHistory: SagaHistory;
}

/** Makes `GET /orders/saga`. */
export function createHandler(dependencies: () => SagaHistoryDependencies): Endpoint {
  return createEndpoint(
    async (request) => {
      const { order_id, refund_id, run: wanted } = readQuery(request, sagaHistoryQuery);
      request.log.add({ order_id, refund_id });
      const { table, history, refundHistory } = dependencies();
      const order = await readOrder(table, order_id);
      if (order === undefined) {
        throw new OrderNotFoundError();
      }
      const saga = refund_id === undefined ? orderSagaOf(order) : refundSagaOf(order, refund_id);
      const run = wanted ?? saga.lastRun;
      if (run > saga.lastRun) {
        throw new OrderNotFoundError();
      }
      const reader = refund_id === undefined ? history : refundHistory;
      const execution = await reader.read(saga.nameOf(run));
      const trace_id = spanContextOf(saga.traceparent)?.traceId;
      return respond(200, {
        order_id,
        refund_id,
        run,
        runs: saga.lastRun + 1,
        trace_id,
        execution,
      });
    },
    { roles: sagaHistoryOperation.roles },
  );
}

/** The executions of one saga, as its record names them. */
interface RecordedSaga {
  readonly lastRun: number;
  readonly nameOf: (run: number) => string;
  readonly traceparent: string | undefined;
}

function orderSagaOf(order: Order): RecordedSaga {
  const { order_id, traceparent } = order;
  return { lastRun: sagaRun(order), nameOf: (run) => executionName({ order_id, saga_run: run }), traceparent };
}

/** @throws RefundNotFoundError */
function refundSagaOf(order: Order, refundId: string): RecordedSaga {
  const ledger = refundLedger(order);
  // An id such as `constructor` must not find what every object has.
  const refund = Object.hasOwn(ledger, refundId) ? ledger[refundId] : undefined;
  if (refund === undefined) {
    throw new RefundNotFoundError();
  }
  const traceparent = refund.traceparent ?? order.traceparent;
  return { lastRun: refundRun(refund), nameOf: (run) => refundExecutionName(refundId, { run }), traceparent };
}

/** `GET /orders/saga`. */
export const handler = createHandler(
  once(() => ({ table: orderTable(), history: sagaHistory(), refundHistory: refundSagaHistory() })),
);
