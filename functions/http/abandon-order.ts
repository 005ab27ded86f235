import { once } from '../common/once.ts';
import { orderSaga, orderTable } from '../environment.ts';
import { abandonOrder } from '../orders/abandonment.ts';
import type { RedriveDependencies } from '../orders/redrive.ts';
import { abandonOrderBody, abandonOrderOperation } from './contract/abandon-order.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { readBody } from './request-reading.ts';
import { respond } from './response.ts';

/** Makes `POST /orders/abandon`. */
export function createHandler(dependencies: () => RedriveDependencies): Endpoint {
  return createEndpoint(
    async (request) => {
      const { order_id, reason } = readBody(request, abandonOrderBody);
      request.log.add({ order_id });
      const { status } = await abandonOrder(order_id, { reason, by: request.owner }, dependencies(), new Date());
      request.log.info('given up', { reason, by: request.owner });
      return respond(202, { order_id, status, abandon_requested: true });
    },
    { roles: abandonOrderOperation.roles },
  );
}

/** `POST /orders/abandon`. */
export const handler = createHandler(once(() => ({ table: orderTable(), saga: orderSaga() })));
