import {
  type AcknowledgePaymentRequest,
  type AcknowledgePaymentResponse,
  type AuthorizeRequest,
  type CaptureRequest,
  type GetPaymentRequest,
  type ListPaymentsToReconcileRequest,
  type ListPaymentsToReconcileResponse,
  type Payment,
  PaymentServiceClient,
  PaymentState,
  type ProviderOutcome,
  type RecordProviderEventRequest,
  type RefundRequest,
  type SimulateCustomerActionRequest,
  type VoidRequest,
} from '../../proto/gen/payment/v1/payment.ts';
import {
  CustomerActionNotFoundError,
  CustomerActionRequiredError,
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
  ProviderEventMismatchError,
  RefundDeclinedError,
  RefundExceedsCapturedError,
  RefundMismatchError,
  ServiceContractError,
  TooManyRefundsError,
} from '../common/errors.ts';
import { channelOptions } from './grpc-channel.ts';
import { type CallContext, createUnaryCaller, type GrpcClientOptions } from './grpc-client.ts';
import type { Refusals } from './grpc-errors.ts';

/** The calls of the Payment service that the functions make. Each throws an error of {@link REFUSALS} or RetryableError. */
export interface PaymentClient {
  /** `CustomerActionRequiredError` where the provider waits for the customer: nothing is authorized yet. */
  readonly authorize: (request: AuthorizeRequest, context: CallContext) => Promise<Payment>;
  readonly capture: (request: CaptureRequest, context: CallContext) => Promise<Payment>;
  readonly void: (request: VoidRequest, context: CallContext) => Promise<Payment>;
  /** Refunds an amount, or all that is left; `RefundDeclinedError` where the provider gives nothing back. */
  readonly refund: (request: RefundRequest, context: CallContext) => Promise<Payment>;
  /** The payment of an order, in any state. */
  readonly find: (request: GetPaymentRequest, context: CallContext) => Promise<Payment>;
  /** Reports what the provider said; the answer is the payment as the provider then confirmed it. */
  readonly recordProviderEvent: (request: RecordProviderEventRequest, context: CallContext) => Promise<Payment>;
  readonly listPaymentsToReconcile: (
    request: ListPaymentsToReconcileRequest,
    context: CallContext,
  ) => Promise<ListPaymentsToReconcileResponse>;
  readonly acknowledgePayment: (
    request: AcknowledgePaymentRequest,
    context: CallContext,
  ) => Promise<AcknowledgePaymentResponse>;
  /** Acts as the customer at the simulated provider. Returns what the provider reports from now on. */
  readonly simulateCustomerAction: (
    request: SimulateCustomerActionRequest,
    context: CallContext,
  ) => Promise<ProviderOutcome>;
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
  REFUND_EXCEEDS_CAPTURED: RefundExceedsCapturedError,
  REFUND_DECLINED: RefundDeclinedError,
  REFUND_MISMATCH: RefundMismatchError,
  TOO_MANY_REFUNDS: TooManyRefundsError,
  PROVIDER_EVENT_MISMATCH: ProviderEventMismatchError,
  CUSTOMER_ACTION_NOT_FOUND: CustomerActionNotFoundError,
  INVALID_ARGUMENT: InvalidTaskInputError,
};

/** Makes a client of the Payment service, with one channel. */
export function createPaymentClient(options: GrpcClientOptions): PaymentClient {
  const client = new PaymentServiceClient(options.target, options.credentials, channelOptions(options.target));
  const call = createUnaryCaller({
    ...options,
    grpcService: 'payment.v1.PaymentService',
    service: 'the payment service',
    code: 'PAYMENT_UNAVAILABLE',
    refusals: REFUSALS,
  });
  return {
    authorize: async (request, context) =>
      authorized(present((await call('Authorize', client.authorize.bind(client), request, context)).payment)),
    capture: async (request, context) =>
      present((await call('Capture', client.capture.bind(client), request, context)).payment),
    void: async (request, context) => present((await call('Void', client.void.bind(client), request, context)).payment),
    refund: async (request, context) =>
      present((await call('Refund', client.refund.bind(client), request, context)).payment),
    find: async (request, context) =>
      present((await call('GetPayment', client.getPayment.bind(client), request, context)).payment),
    recordProviderEvent: async (request, context) =>
      present((await call('RecordProviderEvent', client.recordProviderEvent.bind(client), request, context)).payment),
    listPaymentsToReconcile: (request, context) =>
      call('ListPaymentsToReconcile', client.listPaymentsToReconcile.bind(client), request, context),
    acknowledgePayment: (request, context) =>
      call('AcknowledgePayment', client.acknowledgePayment.bind(client), request, context),
    simulateCustomerAction: async (request, context) =>
      (await call('SimulateCustomerAction', client.simulateCustomerAction.bind(client), request, context)).outcome,
    close: () => client.close(),
  };
}

function present(payment: Payment | undefined): Payment {
  if (payment === undefined) {
    throw new ServiceContractError('the payment service answered without a payment');
  }
  return payment;
}

/** A payment that waits for its customer must not pass for an authorized one. */
function authorized(payment: Payment): Payment {
  if (payment.state === PaymentState.ACTION_REQUIRED) {
    throw new CustomerActionRequiredError(payment.actionUrl);
  }
  return payment;
}
