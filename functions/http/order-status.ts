import { once } from '../common/once.ts';
import { orderTable } from '../environment.ts';
import type { Order } from '../orders/order.ts';
import { type OrderTable, readOrder } from '../orders/order-table.ts';
import { orderStatusQuery } from './contract/order-status.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { secondsUntilNextLook } from './next-look.ts';
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
    return respond(200, orderView(order, request), { headers: nextLook(order) });
  });
}

/** Pages and programs that ask again and again learn how often that makes sense. */
function nextLook(order: Order): Readonly<Record<string, string>> {
  const seconds = secondsUntilNextLook(order, Date.now());
  return seconds === undefined ? {} : { 'Retry-After': String(seconds) };
}

/** `GET /orders/status`. */
export const handler = createHandler(once(() => ({ table: orderTable() })));
