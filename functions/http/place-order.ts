import type { APIGatewayProxyResult } from 'aws-lambda';
import type { OrderSaga } from '../clients/order-saga.ts';
import { readConfiguration } from '../common/configuration.ts';
import { answer } from '../common/envelope.ts';
import { IdempotencyKeyReusedError, RetryableError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { orderSaga } from '../environment/order-saga.ts';
import { orderTable } from '../environment/order-table.ts';
import { newOrder } from '../orders/new-order.ts';
import type { Order } from '../orders/order.ts';
import { newOrderId } from '../orders/order-id.ts';
import { createOrderRepository, type OrderRepository } from '../orders/order-repository.ts';
import { type Admission, createAdmission } from './admission.ts';
import { idempotencyKey, placeOrderBody } from './contract/place-order.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import type { HttpRequest } from './http-request.ts';
import { readBody, readHeader } from './request-reading.ts';

/** What the endpoint works with. */
export interface PlaceOrderDependencies {
  readonly orders: OrderRepository;
  readonly saga: Pick<OrderSaga, 'start'>;
  readonly admission: Admission;
  readonly paymentWindowSeconds: number;
}

/**
 * Makes `POST /orders/place`: the order is written, then its saga started under the order's id. Whatever gets lost in
 * between converges: a repeated request or the schedule starts the saga that was not.
 */
export function createHandler(dependencies: () => PlaceOrderDependencies): Endpoint {
  return createEndpoint(async (request) => {
    const order = requestedOrder(request, dependencies().paymentWindowSeconds);
    request.log.add({ order_id: order.order_id });
    return dependencies().admission(() => place(order, request, dependencies()));
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

async function place(order: Order, request: HttpRequest, { orders, saga }: PlaceOrderDependencies) {
  const added = await orders.add(order);
  if (!added.applied) return repeated(order, added.order, { orders, saga });
  const start = await saga.start(order);
  switch (start.outcome) {
    case 'STARTED':
    case 'ALREADY_STARTED':
      return accepted(order);
    case 'UNKNOWN':
      // The saga may run, so the order stays; where it does not run, the schedule starts it.
      request.log.warn('the answer to the start was lost', { cause: start.cause });
      return accepted(order);
    case 'REFUSED':
      return refused(order, start.cause, orders);
  }
}

/** Nothing runs: the order is taken back, so that a refusal leaves nothing behind. */
async function refused(order: Order, cause: unknown, orders: OrderRepository): Promise<APIGatewayProxyResult> {
  if (await orders.removeUnstarted(order)) throw startRefused(cause);
  const kept = await orders.find(order.order_id);
  // A record of another placement is for the request that wrote it to answer.
  if (kept?.placement_id !== order.placement_id) throw startRefused(cause);
  return accepted(kept);
}

/** The order was there before: the same request again, or another one under the same key. */
async function repeated(
  order: Order,
  present: Order | undefined,
  { orders, saga }: Pick<PlaceOrderDependencies, 'orders' | 'saga'>,
): Promise<APIGatewayProxyResult> {
  if (present !== undefined) assertSameRequest(order, present);
  if (present !== undefined && present.start_pending === undefined) return accepted(present);
  const announced = await orders.announceStart(order.order_id, new Date());
  if (announced.order === undefined) throw startRefused(undefined);
  // Between reading and announcing, the order may have been taken back and placed anew.
  assertSameRequest(order, announced.order);
  // Whatever the start comes to, the order stays and the schedule sees to it.
  if (announced.applied) await saga.start(announced.order);
  return accepted(announced.order);
}

function assertSameRequest(order: Order, present: Order): void {
  if (present.request_hash === order.request_hash) return;
  throw new IdempotencyKeyReusedError(
    'the Idempotency-Key belongs to an order with another body; send the same body, or another key',
  );
}

function accepted({ order_id, status }: Order): APIGatewayProxyResult {
  return answer(202, { order_id, status });
}

function startRefused(cause: unknown): RetryableError {
  return new RetryableError('SAGA_UNAVAILABLE', 'the order was not taken; send the request again a little later', {
    cause,
  });
}

const production = once((): PlaceOrderDependencies => {
  const { PAYMENT_WINDOW_SECONDS, PLACE_MAX_IN_FLIGHT } = readConfiguration([
    'PAYMENT_WINDOW_SECONDS',
    'PLACE_MAX_IN_FLIGHT',
  ]);
  return {
    orders: createOrderRepository(orderTable()),
    saga: orderSaga(),
    admission: createAdmission(PLACE_MAX_IN_FLIGHT),
    paymentWindowSeconds: PAYMENT_WINDOW_SECONDS,
  };
});

/** `POST /orders/place`. */
export const handler = createHandler(production);
