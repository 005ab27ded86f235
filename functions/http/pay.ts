import type { APIGatewayProxyResult } from 'aws-lambda';
import type * as z from 'zod';
import { CustomerActionRequiredError, RetryableError, TerminalError } from '../common/errors.ts';
import { asError } from '../common/logger.ts';
import { once } from '../common/once.ts';
import { orderSaga, orderTable, payment, taskTokens } from '../environment.ts';
import { readOrder } from '../orders/order-table.ts';
import { isProviderToken, type SettlementDependencies, settle } from '../orders/payment-settlement.ts';
import { payBody } from './contract/pay.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import type { HttpRequest } from './http-request.ts';
import { visibleOrder } from './order-view.ts';
import { readBody } from './request-reading.ts';
import { failureResponse, publishedCode, respond } from './response.ts';

type Entry = z.output<typeof payBody>['list'][number];
type Outcome = Entry & ({ readonly paid: true } | { readonly paid: false; readonly error: unknown });

/** Longest wait for the saga. API Gateway times out after 29 seconds, and a response before that is worth more. */
const SAGA_WAIT_MS = 8_000;

/** Makes `POST /payment/pay`. The listed orders are paid at the same time, independently of each other. */
export function createHandler(dependencies: () => SettlementDependencies): Endpoint {
  return createEndpoint(async (request) => {
    const { list } = readBody(request, payBody);
    const [only] = list;
    if (list.length === 1 && only !== undefined) {
      request.log.add({ order_id: only.order_id });
    }
    const outcomes = await Promise.all(list.map((entry) => pay(entry, request, dependencies())));
    return combined(outcomes, request);
  });
}

async function pay(entry: Entry, request: HttpRequest, dependencies: SettlementDependencies): Promise<Outcome> {
  const log = request.log.with({ order_id: entry.order_id });
  try {
    const order = visibleOrder(await readOrder(dependencies.table, entry.order_id), request);
    await settle(order, { paymentId: entry.id, traceparent: request.traceparent }, dependencies);
    log.info('paid', { payment_id: loggedPaymentId(entry.id) });
    return { ...entry, paid: true };
  } catch (error) {
    // Of several failures the response tells one, and the endpoint logs no other.
    log.info('not paid', {
      payment_id: loggedPaymentId(entry.id),
      code: publishedCode(error),
      ...(!(error instanceof TerminalError) && { error: asError(error) }),
    });
    return { ...entry, paid: false, error };
  }
}

/** A payment id may also be the provider's token of a payment method, and those are never logged. */
function loggedPaymentId(id: string): string {
  return isProviderToken(id) ? 'tok_…' : id;
}

/** One response for all payments. A retryable failure decides before a terminal one: the same request helps. */
function combined(outcomes: readonly Outcome[], { requestId }: HttpRequest): APIGatewayProxyResult {
  const failures = outcomes.flatMap((outcome) => (outcome.paid ? [] : [outcome.error]));
  if (failures.length === 0) {
    return respond(200, true);
  }
  const decisive = failures.find((error) => error instanceof RetryableError) ?? failures[0];
  if (outcomes.length === 1) {
    throw decisive;
  }
  const payments = outcomes.map((outcome) =>
    outcome.paid
      ? { id: outcome.id, order_id: outcome.order_id, paid: true }
      : {
          id: outcome.id,
          order_id: outcome.order_id,
          paid: false,
          code: publishedCode(outcome.error),
          ...(outcome.error instanceof CustomerActionRequiredError && { action_url: outcome.error.actionUrl }),
        },
  );
  return failureResponse(decisive, requestId, { payments });
}

/** `POST /payment/pay`. */
export const handler = createHandler(
  once(() => ({
    table: orderTable(),
    payment: payment(),
    tokens: taskTokens(),
    saga: orderSaga(),
    waitMs: SAGA_WAIT_MS,
  })),
);
