import * as z from 'zod';
import { type PaymentServiceServer, PaymentServiceService } from '../../proto/gen/payment/v1/payment.ts';
import type { Clock } from '../common/clock.ts';
import type { Logger } from '../common/logger.ts';
import { externalId, money, orderId, reasonText } from '../common/request-validation.ts';
import type { ServiceDescription } from '../common/service.ts';
import { type CallEnvironment, unaryCall } from '../common/unary-call.ts';
import { authorize } from './authorize.ts';
import { capture } from './capture.ts';
import { paymentMessage } from './payment.ts';
import type { PaymentStore } from './payment-store.ts';
import type { Payments } from './payments.ts';
import type { PaymentProvider } from './provider/payment-provider.ts';
import { refund } from './refund.ts';
import { paymentNotFound } from './refusals.ts';
import { recheckVoided, voidPayment } from './void.ts';

/** What the payment service needs. */
export interface PaymentOptions {
  readonly store: PaymentStore;
  readonly provider: PaymentProvider;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pause between two rounds that look for late charges, which appear after their Void. */
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
        name: 'recheck voided payments',
        intervalMs: recheckIntervalMs,
        round: async (signal) => {
          const late = await recheckVoided(payments, signal, (order_id, err) =>
            logger.error({ order_id, err }, 'the voided payment could not be rechecked'),
          );
          if (late > 0) {
            logger.warn({ late }, 'late charges were voided');
          }
        },
      },
    ],
  };
}

const authorizeRequest = z.object({
  orderId,
  paymentId: externalId,
  method: z.string().min(1, 'is required').max(200, 'must have at most 200 characters'),
  amount: z
    .unknown()
    .refine((amount) => amount !== undefined, 'is required')
    .pipe(money(0)),
});
const captureRequest = z.object({ orderId });
const voidRequest = z.object({ orderId, reason: reasonText });
const refundRequest = z.object({
  orderId,
  reason: reasonText,
  refundId: z.literal('', 'is not supported yet'),
  amount: z.undefined('is not supported yet'),
});
const getPaymentRequest = z.object({ orderId });

type Unimplemented =
  | 'recordProviderEvent'
  | 'listPaymentsToReconcile'
  | 'acknowledgePayment'
  | 'simulateCustomerAction';

function handlers(payments: Payments, environment: CallEnvironment): Omit<PaymentServiceServer, Unimplemented> {
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
  };
}
