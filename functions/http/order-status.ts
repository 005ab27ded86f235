import { once } from '../common/once.ts';
import { orderTable } from '../environment.ts';
import { type OrderTable, readOrder } from '../orders/order-table.ts';
import { orderStatusQuery } from './contract/order-status.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { orderView, visibleOrder } from './order-view.ts';
import { readQuery } from './request-reading.ts';
import { respond } from './response.ts';

/** Dependencies of the endpoint. */
export interface OrderStatusDependencies {
  readonly table: OrderTable;
}

/** Makes `GET /orders/status`. */
export function createHandler(dependencies: () => OrderStatusDependencies): Endpoint {
  return createEndpoint(async (request) => {
    const { order_id } = readQuery(request, orderStatusQuery);
    request.log.add({ order_id });
    const order = visibleOrder(await readOrder(dependencies().table, order_id), request);
    return respond(200, orderView(order, request));
  });
}

/** `GET /orders/status`. */
export const handler = createHandler(once(() => ({ table: orderTable() })));
