import { ProviderOutcome } from '../../proto/gen/payment/v1/payment.ts';
import { verifyEvent } from '../common/event-signature.ts';
import { once } from '../common/once.ts';
import { orderSaga, orderTable, payment, paymentEventSecrets, taskTokens } from '../environment.ts';
import { type ProviderEventDependencies, takeProviderEvent } from '../orders/provider-event.ts';
import { eventId, type PaymentEvent, paymentEventBody } from './contract/payment-events.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { readBody, readHeader, requireSmallBody } from './request-reading.ts';
import { respond } from './response.ts';

/** Dependencies of the endpoint. */
export interface PaymentEventsDependencies extends ProviderEventDependencies {
  /** The secrets of which one must have signed an event. */
  readonly secrets: readonly string[];
}

/** Longest wait for the saga; after it the provider delivers the event again. */
const SAGA_WAIT_MS = 8_000;

const OUTCOMES: Readonly<Record<PaymentEvent['type'], ProviderOutcome>> = {
  'payment.authorized': ProviderOutcome.AUTHORIZED,
  'payment.declined': ProviderOutcome.DECLINED,
};

/** Makes `POST /payment/events`. Nothing of an event is read before its signature is verified. */
export function createHandler(dependencies: () => PaymentEventsDependencies): Endpoint {
  return createEndpoint(
    async (request) => {
      requireSmallBody(request);
      verifyEvent(dependencies().secrets, {
        body: request.body,
        headers: {
          'webhook-id': request.header('webhook-id'),
          'webhook-timestamp': request.header('webhook-timestamp'),
          'webhook-signature': request.header('webhook-signature'),
        },
      });
      const id = readHeader(request, 'webhook-id', eventId);
      const { type, data } = readBody(request, paymentEventBody);
      request.log.add({ order_id: data.order_id, event_id: id, event_type: type });
      const event = { id, orderId: data.order_id, paymentId: data.payment_id, outcome: OUTCOMES[type] };
      const result = await takeProviderEvent(event, request.traceparent, dependencies());
      request.log.add({ result });
      return respond(200, { order_id: data.order_id, result });
    },
    { open: true },
  );
}

/** `POST /payment/events`. */
export const handler = createHandler(
  once(() => ({
    table: orderTable(),
    payment: payment(),
    tokens: taskTokens(),
    saga: orderSaga(),
    secrets: paymentEventSecrets(),
    waitMs: SAGA_WAIT_MS,
  })),
);
