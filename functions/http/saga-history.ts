import { spanContextOf } from '../../telemetry/trace-context.ts';
import { OrderNotFoundError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { orderTable, sagaHistory } from '../environment.ts';
import { executionName, sagaRun } from '../orders/new-order.ts';
import { type OrderTable, readOrder } from '../orders/order-table.ts';
import type { SagaHistory } from '../orders/saga-history.ts';
import { sagaHistoryOperation, sagaHistoryQuery } from './contract/saga-history.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { readQuery } from './request-reading.ts';
import { respond } from './response.ts';

/** Dependencies of the endpoint. */
export interface SagaHistoryDependencies {
  readonly table: OrderTable;
  readonly history: SagaHistory;
}

/** Makes `GET /orders/saga`. */
export function createHandler(dependencies: () => SagaHistoryDependencies): Endpoint {
  return createEndpoint(
    async (request) => {
      const { order_id, run: wanted } = readQuery(request, sagaHistoryQuery);
      request.log.add({ order_id });
      const { table, history } = dependencies();
      const order = await readOrder(table, order_id);
      const last = order === undefined ? 0 : sagaRun(order);
      const run = wanted ?? last;
      if (order === undefined || run > last) {
        throw new OrderNotFoundError();
      }
      const execution = await history.read(executionName({ order_id, saga_run: run }));
      const trace_id = spanContextOf(order.traceparent)?.traceId;
      return respond(200, { order_id, run, runs: last + 1, ...(trace_id !== undefined && { trace_id }), execution });
    },
    { roles: sagaHistoryOperation.roles },
  );
}

/** `GET /orders/saga`. */
export const handler = createHandler(once(() => ({ table: orderTable(), history: sagaHistory() })));
