import { answer } from '../common/envelope.ts';
import { once } from '../common/once.ts';
import { orderTable } from '../environment/order-table.ts';
import { createOrderRepository, type OrderRepository } from '../orders/order-repository.ts';
import { orderStatusQuery } from './contract/order-status.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { orderView } from './order-view.ts';
import { readQuery } from './request-reading.ts';
import { visibleOrder } from './visible-order.ts';

/** What the endpoint works with. */
export interface OrderStatusDependencies {
  readonly orders: Pick<OrderRepository, 'find'>;
}

/** Makes `GET /orders/status`. */
export function createHandler(dependencies: () => OrderStatusDependencies): Endpoint {
  return createEndpoint(async (request) => {
    const { order_id } = readQuery(request, orderStatusQuery);
    request.log.add({ order_id });
    return answer(200, orderView(visibleOrder(await dependencies().orders.find(order_id), request.owner)));
  });
}

/** `GET /orders/status`. */
export const handler = createHandler(once(() => ({ orders: createOrderRepository(orderTable()) })));
