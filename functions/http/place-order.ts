import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { readConfiguration } from '../common/configuration.ts';
import { RetryableError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { orderSaga, orderTable } from '../environment.ts';
import { newOrder, newOrderId } from '../orders/new-order.ts';
import type { Order } from '../orders/order.ts';
import { type AcceptanceDependencies, acceptOrder } from '../orders/order-acceptance.ts';
import type { StartRetries } from '../orders/order-saga.ts';
import { idempotencyKey, placeOrderBody } from './contract/place-order.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import type { HttpRequest } from './http-request.ts';
import { readBody, readHeader } from './request-reading.ts';
import { respond } from './response.ts';

/** Dependencies of the endpoint. */
export interface PlaceOrderDependencies extends AcceptanceDependencies {
  readonly limit: ConcurrencyLimit;
  /** How long an order waits for its payment, where the request does not say. */
  readonly paymentWindowSeconds: number;
}

/** Runs work, or refuses it at once with RetryableError OVERLOADED. */
export type ConcurrencyLimit = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a limit for the work that runs at a time. No work waits, so no response is late. */
export function createConcurrencyLimit(maxInFlight: number): ConcurrencyLimit {
  const policy = bulkhead(maxInFlight, 0);
  return async (work) => {
    try {
      return await policy.execute(work);
    } catch (cause) {
      if (!(cause instanceof BulkheadRejectedError)) {
        throw cause;
      }
      throw new RetryableError('OVERLOADED', 'too many requests at once; send the request again a little later', {
        cause,
      });
    }
  };
}

/** Makes `POST /orders/place`. */
export function createHandler(dependencies: () => PlaceOrderDependencies): Endpoint {
  return createEndpoint(async (request) => {
    const order = requestedOrder(request, dependencies().paymentWindowSeconds);
    request.log.add({ order_id: order.order_id });
    const { order_id, status } = await dependencies().limit(() => acceptOrder(order, request.log, dependencies()));
    return respond(202, { order_id, status });
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

/** A restarting engine is back within seconds. The request has 28 of them, and its writes need most. */
export const START_RETRIES: StartRetries = { delaysMs: [250, 750, 2_000], withinMs: 6_000 };

const production = once((): PlaceOrderDependencies => {
  const { PAYMENT_WINDOW_SECONDS, PLACE_MAX_IN_FLIGHT } = readConfiguration([
    'PAYMENT_WINDOW_SECONDS',
    'PLACE_MAX_IN_FLIGHT',
  ]);
  return {
    table: orderTable(),
    saga: orderSaga(),
    startRetries: START_RETRIES,
    limit: createConcurrencyLimit(PLACE_MAX_IN_FLIGHT),
    paymentWindowSeconds: PAYMENT_WINDOW_SECONDS,
  };
});

/** `POST /orders/place`. */
export const handler = createHandler(production);
