import type { TaskTokens } from '../clients/task-tokens.ts';
import { OrderNotCancellableError, OrderNotFoundError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { orderTable, taskTokens } from '../environment.ts';
import { requestCancellation } from '../orders/cancellation.ts';
import type { Order } from '../orders/order.ts';
import { type OrderTable, readOrder } from '../orders/order-table.ts';
import { cancelOrderBody } from './contract/cancel-order.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { visibleOrder } from './order-view.ts';
import { readBody } from './request-reading.ts';
import { respond } from './response.ts';

/** Dependencies of the endpoint. */
export interface CancelOrderDependencies {
  readonly table: OrderTable;
  readonly tokens: Pick<TaskTokens, 'reportCancelled'>;
}

/**
 * Makes `POST /orders/cancel`. A recorded request will be granted. Completing the saga's task only hastens it, and is
 * repeated with every request while the saga waits.
 */
export function createHandler(dependencies: () => CancelOrderDependencies): Endpoint {
  return createEndpoint(async (request) => {
    const { table, tokens } = dependencies();
    const { order_id } = readBody(request, cancelOrderBody);
    request.log.add({ order_id });
    const order = visibleOrder(await readOrder(table, order_id), request);
    const cancellation = await requestCancellation(table, order, new Date());
    switch (cancellation.outcome) {
      case 'NOT_FOUND':
        throw new OrderNotFoundError();
      case 'TOO_LATE':
        throw new OrderNotCancellableError(whyTooLate(cancellation.order));
      case 'REQUESTED': {
        const { status, task_token } = cancellation.order;
        if (status === 'AWAITING_PAYMENT' && task_token !== undefined) {
          await tokens.reportCancelled(task_token);
        }
        return respond(202, { order_id, status, cancel_requested: true });
      }
    }
  });
}

function whyTooLate({ status, reason }: Order): string {
  switch (status) {
    case 'PENDING':
    case 'RESERVED':
    case 'AWAITING_PAYMENT':
      return 'a payment of the order is under way; where it does not go through, the order can be cancelled again within a minute';
    case 'AUTHORIZED':
    case 'PAID':
      return 'the order is paid or being paid and cannot be cancelled any more';
    case 'CONFIRMED':
      return 'the order is confirmed and cannot be cancelled any more';
    case 'NEEDS_ATTENTION':
      return 'the order waits for an operator and cannot be cancelled meanwhile';
    case 'REJECTED':
    case 'CANCELLED':
    case 'EXPIRED':
      return `the order is ${status.toLowerCase()} already${reason === undefined ? '' : `: ${reason}`}`;
  }
}

/** `POST /orders/cancel`. */
export const handler = createHandler(once(() => ({ table: orderTable(), tokens: taskTokens() })));
