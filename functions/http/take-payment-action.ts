import { ProviderOutcome } from '../../proto/gen/payment/v1/payment.ts';
import type { PaymentClient } from '../clients/payment-client.ts';
import { readConfiguration } from '../common/configuration.ts';
import { CustomerActionNotFoundError, NoSuchCallError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { payment, paymentEventSecrets } from '../environment.ts';
import { paymentActionForm } from './contract/payment-action.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { respondWithPage } from './html.ts';
import { decidedPage, unknownActionPage } from './payment-action-page.ts';
import { type ProviderReporting, reportDecision } from './provider-report.ts';
import { readForm } from './request-reading.ts';

/** Dependencies of the endpoint. */
export interface TakePaymentActionDependencies {
  readonly payment: Pick<PaymentClient, 'simulateCustomerAction'>;
  /** Undefined where payments go to a real provider. */
  readonly reporting: ProviderReporting | undefined;
}

/** Makes `POST /payment/action`: the simulated provider takes the customer's decision, and reports it to the shop. */
export function createHandler(dependencies: () => TakePaymentActionDependencies): Endpoint {
  return createEndpoint(
    async (request) => {
      const { payment: client, reporting } = dependencies();
      if (reporting === undefined) {
        throw new NoSuchCallError('there is no such call');
      }
      const { decision, ...action } = readForm(request, paymentActionForm);
      const { order_id, payment_id, reference } = action;
      request.log.add({ order_id, decision });
      try {
        const outcome = await client.simulateCustomerAction(
          { orderId: order_id, paymentId: payment_id, reference, approve: decision === 'approve' },
          { orderId: order_id, traceparent: request.traceparent },
        );
        const reported = await reportDecision(reporting, outcome, { order_id, payment_id });
        request.log.add({ reported });
        return respondWithPage(200, decidedPage(action, outcome === ProviderOutcome.AUTHORIZED, reported));
      } catch (error) {
        if (error instanceof CustomerActionNotFoundError) {
          return respondWithPage(404, unknownActionPage());
        }
        throw error;
      }
    },
    { open: true },
  );
}

/** Where decisions are reported to; undefined where payments go to a real provider. */
export function configuredReporting(): ProviderReporting | undefined {
  const { SIMULATED_PROVIDER_EVENTS_URL: url } = readConfiguration(['SIMULATED_PROVIDER_EVENTS_URL']);
  const [secret] = paymentEventSecrets();
  return url === undefined || secret === undefined ? undefined : { url, secret };
}

/** `POST /payment/action`. */
export const handler = createHandler(once(() => ({ payment: payment(), reporting: configuredReporting() })));
