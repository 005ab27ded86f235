import {
  type AuthorizeRequest,
  type CaptureRequest,
  type Payment,
  PaymentServiceClient,
  type RefundRequest,
  type VoidRequest,
} from '../../proto/gen/payment/v1/payment.ts';
import {
  InsufficientFundsError,
  InvalidPaymentMethodError,
  InvalidTaskInputError,
  PaymentAlreadyCapturedError,
  PaymentDeclinedError,
  PaymentMismatchError,
  PaymentNotAuthorizedError,
  PaymentNotCapturedError,
  PaymentNotFoundError,
  PaymentRefundedError,
  PaymentVoidedError,
  ServiceContractError,
} from '../common/errors.ts';
import { CHANNEL_OPTIONS } from './grpc-channel.ts';
import { type CallContext, createUnaryCaller, type GrpcClientOptions } from './grpc-client.ts';
import type { Refusals } from './grpc-errors.ts';

/** The calls of the Payment service that the functions make. Each throws an error of {@link REFUSALS} or RetryableError. */
export interface PaymentClient {
  readonly authorize: (request: AuthorizeRequest, context: CallContext) => Promise<Payment>;
  readonly capture: (request: CaptureRequest, context: CallContext) => Promise<Payment>;
  readonly void: (request: VoidRequest, context: CallContext) => Promise<Payment>;
  readonly refund: (request: RefundRequest, context: CallContext) => Promise<Payment>;
  readonly close: () => void;
}

/** The service's refusals by their reason, see proto/. */
const REFUSALS: Refusals = {
  PAYMENT_DECLINED: PaymentDeclinedError,
  INSUFFICIENT_FUNDS: InsufficientFundsError,
  INVALID_PAYMENT_METHOD: InvalidPaymentMethodError,
  PAYMENT_VOIDED: PaymentVoidedError,
  PAYMENT_NOT_AUTHORIZED: PaymentNotAuthorizedError,
  PAYMENT_ALREADY_CAPTURED: PaymentAlreadyCapturedError,
  PAYMENT_ALREADY_REFUNDED: PaymentRefundedError,
  PAYMENT_NOT_CAPTURED: PaymentNotCapturedError,
  PAYMENT_MISMATCH: PaymentMismatchError,
  PAYMENT_NOT_FOUND: PaymentNotFoundError,
  INVALID_ARGUMENT: InvalidTaskInputError,
};

/** Makes a client of the Payment service, with one channel. */
export function createPaymentClient(options: GrpcClientOptions): PaymentClient {
  const client = new PaymentServiceClient(options.target, options.credentials, CHANNEL_OPTIONS);
  const call = createUnaryCaller({
    ...options,
    service: 'the payment service',
    code: 'PAYMENT_UNAVAILABLE',
    refusals: REFUSALS,
  });
  return {
    authorize: async (request, context) =>
      present((await call(client.authorize.bind(client), request, context)).payment),
    capture: async (request, context) => present((await call(client.capture.bind(client), request, context)).payment),
    void: async (request, context) => present((await call(client.void.bind(client), request, context)).payment),
    refund: async (request, context) => present((await call(client.refund.bind(client), request, context)).payment),
    close: () => client.close(),
  };
}

function present(payment: Payment | undefined): Payment {
  if (payment === undefined) {
    throw new ServiceContractError('the payment service answered without a payment');
  }
  return payment;
}
