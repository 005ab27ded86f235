import { OrderNotFoundError } from '../common/errors.ts';
import type { Order } from '../orders/order.ts';

/**
 * The order, where the caller may see it: whoever placed it may. What was placed while nobody had to say who they are is
 * seen while nobody has to.
 *
 * @throws OrderNotFoundError otherwise; whether somebody else has such an order is not told
 */
export function visibleOrder(order: Order | undefined, caller: string | undefined): Order {
  if (order === undefined || order.owner !== caller) {
    throw new OrderNotFoundError();
  }
  return order;
}
