import { afterEach, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { loseReply } from '../../tests/support/dynamodb-requests.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { CallFailure, failureOf } from '../../tests/support/unary-client.ts';

let payment: TestPayment;

afterEach(() => payment.close());

/** Authorize and Capture of an order send six requests, all of them writes. */
const requests = [1, 2, 3, 4, 5, 6];
const once = { state: 'CAPTURED', tries: 1, captures: 1 };

test.each(requests)('an order that loses reply %i of DynamoDB is charged and captured once', async (request) => {
  payment = await startPayment();
  loseReply(payment.dynamoDb, { request, thenUnreachable: false });
  expect((await payment.authorize('order')).state).toBe(PaymentState.AUTHORIZED);
  expect((await payment.capture('order')).state).toBe(PaymentState.CAPTURED);
  expect(await payment.charge('order')).toMatchObject(once);
});

test.each(requests)(
  'an order that loses reply %i in an outage of DynamoDB is completed by a retry',
  async (request) => {
    payment = await startPayment();
    const reconnect = loseReply(payment.dynamoDb, { request, thenUnreachable: true });
    const failure = await payment
      .authorize('order')
      .then(() => payment.capture('order'))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CallFailure);
    expect(failure).toMatchObject({ code: 'UNAVAILABLE' });
    reconnect();
    expect((await payment.authorize('order')).paymentId).toBe('pay');
    expect((await payment.capture('order')).state).toBe(PaymentState.CAPTURED);
    expect(await payment.charge('order')).toMatchObject(once);
  },
);

test('a retry looks the charge up instead of authorizing again, as providers forget idempotency keys', async () => {
  let authorizations = 0;
  payment = await startPayment({
    wrapProvider: (provider) => ({
      ...provider,
      authorize: (authorization, signal) => {
        authorizations++;
        return provider.authorize(authorization, signal);
      },
    }),
  });
  const attempt = { method: 'tok_timeout' };
  expect((await failureOf(payment.authorize('order', attempt))).reason).toBe('PROVIDER_UNAVAILABLE');
  expect((await payment.authorize('order', attempt)).state).toBe(PaymentState.AUTHORIZED);
  expect(authorizations).toBe(1);
});
