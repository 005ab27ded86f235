import { type PaymentServiceServer, PaymentServiceService } from '../../proto/gen/payment/v1/payment.ts';
import type { Clock } from '../common/clock.ts';
import type { Logger } from '../common/logger.ts';
import type { ServiceDescription } from '../common/service.ts';
import { type CallEnvironment, unaryCall } from '../common/unary-call.ts';
import { authorize } from './authorize.ts';
import { capture } from './capture.ts';
import { decideForCustomer, recordProviderEvent } from './customer-action.ts';
import { paymentMessage, providerOutcome } from './payment-message.ts';
import type { PaymentStore } from './payment-store.ts';
import type { Payments } from './payments.ts';
import type { PaymentProvider } from './provider/payment-provider.ts';
import { recheckOutcomes } from './recheck.ts';
import { acknowledgePayment, paymentsToReconcile } from './reconcile.ts';
import { refund } from './refund.ts';
import { paymentNotFound } from './refusals.ts';
import {
  acknowledgePaymentRequest,
  authorizeRequest,
  captureRequest,
  getPaymentRequest,
  listPaymentsToReconcileRequest,
  recordProviderEventRequest,
  refundRequest,
  simulateCustomerActionRequest,
  voidRequest,
} from './requests.ts';
import { voidPayment } from './void.ts';

/** What the payment service needs. */
export interface PaymentOptions {
  readonly store: PaymentStore;
  readonly provider: PaymentProvider;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pause between two rounds that ask the provider for unknown outcomes. */
  readonly recheckIntervalMs: number;
}

/** The payment service, ready to be started. */
export function paymentService({ logger, recheckIntervalMs, ...payments }: PaymentOptions): ServiceDescription {
  return {
    name: 'payment.v1.PaymentService',
    domain: 'payment.v1',
    definition: PaymentServiceService,
    implementation: (environment) => handlers(payments, environment),
    prepare: async (signal) => {
      await payments.store.find('readiness', signal);
    },
    background: [
      {
        name: 'recheck unknown outcomes',
        intervalMs: recheckIntervalMs,
        round: async (signal) => {
          const { lateCharges, refunds } = await recheckOutcomes(payments, signal, (order_id, err) =>
            logger.error({ order_id, err }, 'the payment could not be rechecked'),
          );
          if (lateCharges > 0) {
            logger.warn({ late: lateCharges }, 'late charges were voided');
          }
          if (refunds > 0) {
            logger.info({ refunds }, 'the outcome of refunds is known now');
          }
        },
      },
    ],
  };
}

function handlers(payments: Payments, environment: CallEnvironment): PaymentServiceServer {
  return {
    authorize: unaryCall(environment, {
      rpc: 'Authorize',
      request: authorizeRequest,
      handle: async (order, { signal }) => ({ payment: paymentMessage(await authorize(payments, order, signal)) }),
    }),
    capture: unaryCall(environment, {
      rpc: 'Capture',
      request: captureRequest,
      handle: async ({ orderId }, { signal }) => ({
        payment: paymentMessage(await capture(payments, orderId, signal)),
      }),
    }),
    void: unaryCall(environment, {
      rpc: 'Void',
      request: voidRequest,
      handle: async (order, { signal }) => ({ payment: paymentMessage(await voidPayment(payments, order, signal)) }),
    }),
    refund: unaryCall(environment, {
      rpc: 'Refund',
      request: refundRequest,
      handle: async (order, { signal }) => ({ payment: paymentMessage(await refund(payments, order, signal)) }),
    }),
    getPayment: unaryCall(environment, {
      rpc: 'GetPayment',
      request: getPaymentRequest,
      handle: async ({ orderId }, { signal }) => {
        const payment = await payments.store.find(orderId, signal);
        if (payment === undefined) {
          throw paymentNotFound();
        }
        return { payment: paymentMessage(payment) };
      },
    }),
    recordProviderEvent: unaryCall(environment, {
      rpc: 'RecordProviderEvent',
      request: recordProviderEventRequest,
      handle: async (event, { signal }) => ({
        payment: paymentMessage(await recordProviderEvent(payments, event, signal)),
      }),
    }),
    listPaymentsToReconcile: unaryCall(environment, {
      rpc: 'ListPaymentsToReconcile',
      request: listPaymentsToReconcileRequest,
      handle: async (query, { signal }) => {
        const page = await paymentsToReconcile(payments, query, signal);
        return { payments: page.payments.map(paymentMessage), nextPageToken: page.nextPageToken };
      },
    }),
    acknowledgePayment: unaryCall(environment, {
      rpc: 'AcknowledgePayment',
      request: acknowledgePaymentRequest,
      handle: async ({ orderId, seenUpdatedAt }, { signal }) => {
        const { payment, acknowledged } = await acknowledgePayment(payments, orderId, seenUpdatedAt, signal);
        return { payment: paymentMessage(payment), acknowledged };
      },
    }),
    simulateCustomerAction: unaryCall(environment, {
      rpc: 'SimulateCustomerAction',
      request: simulateCustomerActionRequest,
      handle: async (action, { signal }) => ({
        outcome: providerOutcome(await decideForCustomer(payments, action, signal)),
      }),
    }),
  };
}
