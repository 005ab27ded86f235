import { timingSafeEqual } from 'node:crypto';
import type { Payment } from '../../proto/gen/payment/v1/payment.ts';
import type { PaymentClient } from '../clients/payment-client.ts';
import { readConfiguration } from '../common/configuration.ts';
import { NoSuchCallError, PaymentNotFoundError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { orderTable, payment } from '../environment.ts';
import { type OrderTable, readOrder } from '../orders/order-table.ts';
import { paymentActionQuery } from './contract/payment-action.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { respondWithPage } from './html.ts';
import { type PaymentAction, paymentActionPage, unknownActionPage } from './payment-action-page.ts';
import { readQuery } from './request-reading.ts';

/** Dependencies of the endpoint. */
export interface ShowPaymentActionDependencies {
  readonly table: OrderTable;
  readonly payment: Pick<PaymentClient, 'find'>;
  /** Whether payments go to the simulated provider. */
  readonly isSimulated: boolean;
}

/** Makes `GET /payment/action`. Nothing of an order is shown without the secret in its payment's action_url. */
export function createHandler(dependencies: () => ShowPaymentActionDependencies): Endpoint {
  return createEndpoint(
    async (request) => {
      const { table, payment: client, isSimulated } = dependencies();
      if (!isSimulated) {
        throw new NoSuchCallError('there is no such call');
      }
      const action = readQuery(request, paymentActionQuery);
      request.log.add({ order_id: action.order_id });
      const context = { orderId: action.order_id, traceparent: request.traceparent };
      const found = await findPayment(client, action.order_id, context);
      if (found === undefined || !isSameAction(found, action)) {
        return respondWithPage(404, unknownActionPage());
      }
      return respondWithPage(200, paymentActionPage(action, await readOrder(table, action.order_id), found.state));
    },
    { open: true },
  );
}

async function findPayment(
  client: ShowPaymentActionDependencies['payment'],
  orderId: string,
  context: Parameters<PaymentClient['find']>[1],
): Promise<Payment | undefined> {
  try {
    return await client.find({ orderId }, context);
  } catch (error) {
    if (error instanceof PaymentNotFoundError) {
      return undefined;
    }
    throw error;
  }
}

/** A request's reference is never empty, so a payment without one has no page. */
function isSameAction(payment: Payment, { payment_id, reference }: PaymentAction): boolean {
  const expected = Buffer.from(payment.providerReference);
  const given = Buffer.from(reference);
  return payment.paymentId === payment_id && expected.length === given.length && timingSafeEqual(expected, given);
}

/** `GET /payment/action`. */
export const handler = createHandler(
  once(() => ({
    table: orderTable(),
    payment: payment(),
    isSimulated: readConfiguration(['SIMULATED_PROVIDER_EVENTS_URL']).SIMULATED_PROVIDER_EVENTS_URL !== undefined,
  })),
);
