import type { APIGatewayProxyResult } from 'aws-lambda';
import type * as z from 'zod';
import { answer } from '../common/envelope.ts';
import { RetryableError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { orderTable } from '../environment/order-table.ts';
import { payment } from '../environment/payment.ts';
import { taskTokens } from '../environment/task-tokens.ts';
import { readOrder } from '../orders/order-table.ts';
import { isProviderToken, type SettlementDependencies, settle } from '../orders/payment-settlement.ts';
import { payBody } from './contract/pay.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { failureAnswer, publishedCode } from './failure-answer.ts';
import type { HttpRequest } from './http-request.ts';
import { readBody } from './request-reading.ts';
import { visibleOrder } from './visible-order.ts';

type Entry = z.output<typeof payBody>['list'][number];
type Outcome = Entry & ({ readonly paid: true } | { readonly paid: false; readonly error: unknown });

/** API Gateway gives up after 29 seconds; an answer before that is worth more than the last try. */
const PATIENCE_MS = 8_000;

/** Makes `POST /payment/pay`. The listed orders are paid at the same time, each by itself. */
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
    const order = visibleOrder(await readOrder(dependencies.table, entry.order_id), request.owner);
    await settle(order, { paymentId: entry.id, traceparent: request.traceparent }, dependencies);
    log.info('paid', { payment_id: loggedPaymentId(entry.id) });
    return { ...entry, paid: true };
  } catch (error) {
    log.info('not paid', { payment_id: loggedPaymentId(entry.id), code: publishedCode(error) });
    return { ...entry, paid: false, error };
  }
}

/** A payment id that is the provider's token as well is not for the log: payment methods never are. */
function loggedPaymentId(id: string): string {
  return isProviderToken(id) ? 'tok_…' : id;
}

/** One answer for all: what may go better decides before what will not, because then the same request helps. */
function combined(outcomes: readonly Outcome[], { requestId }: HttpRequest): APIGatewayProxyResult {
  const failures = outcomes.flatMap((outcome) => (outcome.paid ? [] : [outcome.error]));
  if (failures.length === 0) {
    return answer(200, true);
  }
  const decisive = failures.find((error) => error instanceof RetryableError) ?? failures[0];
  if (outcomes.length === 1) {
    throw decisive;
  }
  const payments = outcomes.map((outcome) =>
    outcome.paid
      ? { id: outcome.id, order_id: outcome.order_id, paid: true }
      : { id: outcome.id, order_id: outcome.order_id, paid: false, code: publishedCode(outcome.error) },
  );
  return failureAnswer(decisive, requestId, { payments });
}

/** `POST /payment/pay`. */
export const handler = createHandler(
  once(() => ({ table: orderTable(), payment: payment(), tokens: taskTokens(), patienceMs: PATIENCE_MS })),
);
