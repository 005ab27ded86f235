import { afterEach, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { CallFailure, failureOf } from '../../tests/support/unary-client.ts';

let payment: TestPayment;

afterEach(() => payment.close());

/**
 * DynamoDB does the request, counted from 1, and its answer gets lost: the SDK sends the same write again, which then
 * finds its own row in the way. With `thenAway` DynamoDB is not there any more until the function that is returned is called.
 */
function loseReply(request: number, { thenAway }: { readonly thenAway: boolean }): () => void {
  let requests = 0;
  let away = false;
  payment.dynamoDb.middlewareStack.add(
    (next) => async (args) => {
      if (away) {
        throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
      }
      const answer = await next(args);
      requests++;
      if (requests !== request) {
        return answer;
      }
      away = thenAway;
      throw Object.assign(new Error('connection reset'), { code: 'ECONNRESET' });
    },
    { step: 'deserialize', name: 'lost reply', priority: 'high' },
  );
  return () => {
    away = false;
  };
}

/** The six requests of an order, of which each is a write. */
const requests = [1, 2, 3, 4, 5, 6];
const once = { state: 'CAPTURED', tries: 1, captures: 1 };

test.each(requests)('an order whose reply %i of DynamoDB was lost is charged and captured once', async (request) => {
  payment = await startPayment();
  loseReply(request, { thenAway: false });
  expect((await payment.authorize('order')).state).toBe(PaymentState.AUTHORIZED);
  expect((await payment.capture('order')).state).toBe(PaymentState.CAPTURED);
  expect(await payment.charge('order')).toMatchObject(once);
});

test.each(requests)(
  'an order that lost reply %i and then DynamoDB goes on from there when it is back',
  async (request) => {
    payment = await startPayment();
    const comeBack = loseReply(request, { thenAway: true });
    const failure = await payment
      .authorize('order')
      .then(() => payment.capture('order'))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CallFailure);
    expect(failure).toMatchObject({ code: 'UNAVAILABLE' });
    comeBack();
    expect((await payment.authorize('order')).paymentId).toBe('pay');
    expect((await payment.capture('order')).state).toBe(PaymentState.CAPTURED);
    expect(await payment.charge('order')).toMatchObject(once);
  },
);

test('a charge that was made is asked for and never made anew: a provider forgets its keys one day', async () => {
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
