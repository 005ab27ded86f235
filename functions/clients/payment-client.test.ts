import { ChannelCredentials, type sendUnaryData, status } from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { type AuthorizeResponse, PaymentServiceService } from '../../proto/gen/payment/v1/payment.ts';
import { refusal, startGrpcServer } from '../../tests/support/grpc-server.ts';
import { createPaymentClient } from './payment-client.ts';

test.each([
  ['PAYMENT_DECLINED', status.FAILED_PRECONDITION, 'PaymentDeclinedError'],
  ['INSUFFICIENT_FUNDS', status.FAILED_PRECONDITION, 'InsufficientFundsError'],
  ['INVALID_PAYMENT_METHOD', status.INVALID_ARGUMENT, 'InvalidPaymentMethodError'],
  ['PAYMENT_VOIDED', status.FAILED_PRECONDITION, 'PaymentVoidedError'],
  ['PAYMENT_NOT_AUTHORIZED', status.FAILED_PRECONDITION, 'PaymentNotAuthorizedError'],
  ['PAYMENT_ALREADY_CAPTURED', status.FAILED_PRECONDITION, 'PaymentAlreadyCapturedError'],
  ['PAYMENT_ALREADY_REFUNDED', status.FAILED_PRECONDITION, 'PaymentRefundedError'],
  ['PAYMENT_NOT_CAPTURED', status.FAILED_PRECONDITION, 'PaymentNotCapturedError'],
  ['PAYMENT_MISMATCH', status.ALREADY_EXISTS, 'PaymentMismatchError'],
  ['PAYMENT_NOT_FOUND', status.NOT_FOUND, 'PaymentNotFoundError'],
  ['REFUND_EXCEEDS_CAPTURED', status.FAILED_PRECONDITION, 'RefundExceedsCapturedError'],
  ['REFUND_DECLINED', status.FAILED_PRECONDITION, 'RefundDeclinedError'],
  ['REFUND_MISMATCH', status.ALREADY_EXISTS, 'RefundMismatchError'],
  ['TOO_MANY_REFUNDS', status.FAILED_PRECONDITION, 'TooManyRefundsError'],
  ['PROVIDER_EVENT_MISMATCH', status.ALREADY_EXISTS, 'ProviderEventMismatchError'],
  ['CUSTOMER_ACTION_NOT_FOUND', status.NOT_FOUND, 'CustomerActionNotFoundError'],
  ['INVALID_ARGUMENT', status.INVALID_ARGUMENT, 'InvalidTaskInputError'],
  ['PROVIDER_UNAVAILABLE', status.UNAVAILABLE, 'RetryableError'],
])('the Payment reason %s is thrown as %3$s', async (reason, code, name) => {
  const authorize = (_call: unknown, callback: sendUnaryData<AuthorizeResponse>) =>
    callback(refusal(code, reason, 'because'));
  const server = await startGrpcServer(PaymentServiceService, { authorize });
  const client = createPaymentClient({
    target: server.target,
    credentials: ChannelCredentials.createInsecure(),
    deadlineMs: 5_000,
    maxConcurrentCalls: 10,
  });
  try {
    const amount = { minorUnits: 100, currency: 'USD' };
    const request = { orderId: 'order-1', paymentId: 'payment-1', method: 'tok_visa', amount };
    await expect(client.authorize(request, {})).rejects.toMatchObject({ name });
  } finally {
    client.close();
    server.close();
  }
});

test.each(['authorize', 'capture', 'void', 'refund'] as const)(
  'a reply to %s without its payment is a ServiceContractError, not a success',
  async (method) => {
    const asked: unknown[] = [];
    const reply = (call: { readonly request: unknown }, callback: sendUnaryData<{ payment: undefined }>) => {
      asked.push(call.request);
      callback(null, { payment: undefined });
    };
    const server = await startGrpcServer(PaymentServiceService, { [method]: reply });
    const client = createPaymentClient({
      target: server.target,
      credentials: ChannelCredentials.createInsecure(),
      deadlineMs: 5_000,
      maxConcurrentCalls: 10,
    });
    const request = { orderId: 'order-1', paymentId: '', method: '', amount: undefined, reason: '', refundId: '' };
    try {
      await expect(client[method](request, {})).rejects.toMatchObject({ name: 'ServiceContractError' });
      expect(asked).toMatchObject([{ orderId: 'order-1' }]);
    } finally {
      client.close();
      server.close();
    }
  },
);
