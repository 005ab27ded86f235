import type * as z from 'zod';
import { once } from '../common/once.ts';
import { orderTable, refundSaga } from '../environment.ts';
import { acceptRefund, type RefundDependencies } from '../orders/refunds/refund-acceptance.ts';
import { newRefundId } from '../orders/refunds/refund-request.ts';
import { idempotencyKey } from './contract/place-order.ts';
import { type acceptedRefundSchema, refundOrderBody, refundOrderOperation } from './contract/refund-order.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { readBody, readHeader } from './request-reading.ts';
import { respond } from './response.ts';

/** Makes `POST /orders/refund`. */
export function createHandler(dependencies: () => RefundDependencies): Endpoint {
  return createEndpoint(
    async (request) => {
      const { order_id, amount, lines, restock, reason } = readBody(request, refundOrderBody);
      const refundId = newRefundId(order_id, readHeader(request, 'Idempotency-Key', idempotencyKey));
      request.log.add({ order_id, refund_id: refundId });
      const wanted = { refundId, amountMinor: amount, lines, restock, reason };
      const by = { by: request.owner, traceparent: request.traceparent };
      const accepted = await acceptRefund(order_id, { ...wanted, ...by }, dependencies(), request.log, new Date());
      request.log.info('refund accepted', { reason, by: request.owner });
      const { order, refund } = accepted;
      const answer: z.infer<typeof acceptedRefundSchema> = {
        refund_id: refundId,
        order_id,
        amount: { value: refund.amount_minor, currency: order.currency },
        status: refund.status,
      };
      return respond(202, answer);
    },
    { roles: refundOrderOperation.roles },
  );
}

/** `POST /orders/refund`. */
export const handler = createHandler(once(() => ({ table: orderTable(), refunds: refundSaga() })));
