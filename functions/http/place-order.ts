import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { record } from '../../telemetry/metrics.ts';
import { readConfiguration } from '../common/configuration.ts';
import { InvalidRequestError, RetryableError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { orderSaga, orderTable } from '../environment.ts';
import type { StartRetries } from '../orders/executions.ts';
import { newOrder, newOrderId } from '../orders/new-order.ts';
import type { Order } from '../orders/order.ts';
import { type AcceptanceDependencies, acceptOrder } from '../orders/order-acceptance.ts';
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
  readonly unpaidLimits: UnpaidOrderLimits;
}

/** What one order may hold, and for how long, before anybody has paid or named a payment method. */
export interface UnpaidOrderLimits {
  readonly maxCount: number;
  readonly maxWindowSeconds: number;
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
    const order = requestedOrder(request, dependencies());
    request.log.add({ order_id: order.order_id });
    const { order_id, status } = await dependencies().limit(() => acceptOrder(order, request.log, dependencies()));
    record('OrdersAccepted', 1);
    return respond(202, { order_id, status });
  });
}

/**
 * The window is limited for every order: a payment method, too, may have to be confirmed by the customer first.
 *
 * @throws InvalidRequestError naming the field that asks for more than an unpaid order may hold
 */
function requireWithinLimits(
  list: readonly { readonly count: number }[],
  {
    method,
    window_seconds: windowSeconds,
  }: { readonly method?: string | undefined; readonly window_seconds?: number | undefined },
  { maxCount, maxWindowSeconds }: UnpaidOrderLimits,
): void {
  const pieces = list.reduce((sum, { count }) => sum + count, 0);
  const faults = [
    ...(method === undefined && pieces > maxCount
      ? [{ path: 'list', message: `must not hold more than ${maxCount} pieces without a payment method` }]
      : []),
    ...((windowSeconds ?? 0) > maxWindowSeconds
      ? [{ path: 'payment.window_seconds', message: `must not be more than ${maxWindowSeconds}` }]
      : []),
  ];
  if (faults.length > 0) {
    throw new InvalidRequestError(faults);
  }
}

function requestedOrder(
  request: HttpRequest,
  { paymentWindowSeconds, unpaidLimits }: Pick<PlaceOrderDependencies, 'paymentWindowSeconds' | 'unpaidLimits'>,
): Order {
  const { list, payment } = readBody(request, placeOrderBody);
  requireWithinLimits(list, payment ?? {}, unpaidLimits);
  const key = readHeader(request, 'Idempotency-Key', idempotencyKey);
  return newOrder(
    {
      orderId: newOrderId(key, request.owner),
      lines: list,
      paymentMethod: payment?.method,
      paymentWindowSeconds: payment?.window_seconds ?? Math.min(paymentWindowSeconds, unpaidLimits.maxWindowSeconds),
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
  const configured = readConfiguration([
    'PAYMENT_WINDOW_SECONDS',
    'PLACE_MAX_IN_FLIGHT',
    'UNPAID_ORDER_MAX_COUNT',
    'UNPAID_ORDER_MAX_WINDOW_SECONDS',
  ]);
  return {
    table: orderTable(),
    saga: orderSaga(),
    startRetries: START_RETRIES,
    limit: createConcurrencyLimit(configured.PLACE_MAX_IN_FLIGHT),
    paymentWindowSeconds: configured.PAYMENT_WINDOW_SECONDS,
    unpaidLimits: {
      maxCount: configured.UNPAID_ORDER_MAX_COUNT,
      maxWindowSeconds: configured.UNPAID_ORDER_MAX_WINDOW_SECONDS,
    },
  };
});

/** `POST /orders/place`. */
export const handler = createHandler(production);
