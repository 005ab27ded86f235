import type { StartPatience } from '../clients/order-saga.ts';
import { readConfiguration } from '../common/configuration.ts';
import { answer } from '../common/envelope.ts';
import { once } from '../common/once.ts';
import { orderSaga } from '../environment/order-saga.ts';
import { orderTable } from '../environment/order-table.ts';
import { newOrder } from '../orders/new-order.ts';
import type { Order } from '../orders/order.ts';
import { type AcceptanceDependencies, acceptOrder } from '../orders/order-acceptance.ts';
import { newOrderId } from '../orders/order-id.ts';
import { createOrderRepository } from '../orders/order-repository.ts';
import { type Admission, createAdmission } from './admission.ts';
import { idempotencyKey, placeOrderBody } from './contract/place-order.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import type { HttpRequest } from './http-request.ts';
import { readBody, readHeader } from './request-reading.ts';

/** What the endpoint works with. */
export interface PlaceOrderDependencies extends AcceptanceDependencies {
  readonly admission: Admission;
  readonly paymentWindowSeconds: number;
}

/** Makes `POST /orders/place`. */
export function createHandler(dependencies: () => PlaceOrderDependencies): Endpoint {
  return createEndpoint(async (request) => {
    const order = requestedOrder(request, dependencies().paymentWindowSeconds);
    request.log.add({ order_id: order.order_id });
    const { order_id, status } = await dependencies().admission(() => acceptOrder(order, request.log, dependencies()));
    return answer(202, { order_id, status });
  });
}

function requestedOrder(request: HttpRequest, defaultWindowSeconds: number): Order {
  const { list, payment } = readBody(request, placeOrderBody);
  const key = readHeader(request, 'Idempotency-Key', idempotencyKey);
  return newOrder(
    {
      orderId: newOrderId(key, request.owner),
      lines: list,
      paymentMethod: payment?.method,
      paymentWindowSeconds: payment?.window_seconds ?? defaultWindowSeconds,
      requestedWindowSeconds: payment?.window_seconds,
      traceparent: request.traceparent,
      owner: request.owner,
    },
    new Date(),
  );
}

/** An engine that starts anew is back within seconds; the request has 29 of them, and its writes take their share. */
const START_PATIENCE: StartPatience = { pausesMs: [250, 750, 2_000], withinMs: 6_000 };

const production = once((): PlaceOrderDependencies => {
  const { PAYMENT_WINDOW_SECONDS, PLACE_MAX_IN_FLIGHT } = readConfiguration([
    'PAYMENT_WINDOW_SECONDS',
    'PLACE_MAX_IN_FLIGHT',
  ]);
  return {
    orders: createOrderRepository(orderTable()),
    saga: orderSaga(),
    startPatience: START_PATIENCE,
    admission: createAdmission(PLACE_MAX_IN_FLIGHT),
    paymentWindowSeconds: PAYMENT_WINDOW_SECONDS,
  };
});

/** `POST /orders/place`. */
export const handler = createHandler(production);
