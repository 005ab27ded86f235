import { afterEach, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import type { PaymentProvider } from './provider/payment-provider.ts';

let payment: TestPayment;

afterEach(() => payment.close());

test('of a simultaneous Capture and Void exactly one wins, and the other is refused', async () => {
  payment = await startPayment();
  for (let round = 0; round < 25; round++) {
    const order = `order-${round}`;
    await payment.authorize(order);
    const calls = [() => payment.capture(order), () => payment.void(order)];
    if (round % 2 === 1) {
      calls.reverse();
    }
    const outcomes = await Promise.allSettled(calls.map((one) => one()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { state } = await payment.payment(order);
    const captured = state === PaymentState.CAPTURED;
    expect(await payment.charge(order)).toMatchObject(
      captured ? { state: 'CAPTURED', captures: 1 } : { state: 'VOIDED', captures: 0 },
    );
    const refusal = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.reason] : []));
    expect(refusal).toEqual([captured ? 'PAYMENT_ALREADY_CAPTURED' : 'PAYMENT_VOIDED']);
  }
});

/** Makes the first call of an operation pause, before or after the provider carries it out, until `resume`. */
function pauseFirst(operation: 'capture' | 'void', when: 'before' | 'after') {
  const reached = Promise.withResolvers<void>();
  const resume = Promise.withResolvers<void>();
  let first = true;
  const wrap = (provider: PaymentProvider): PaymentProvider => ({
    ...provider,
    [operation]: async (key: string, signal: AbortSignal) => {
      const paused = first;
      first = false;
      const pause = async (): Promise<void> => {
        reached.resolve();
        await resume.promise;
      };
      if (paused && when === 'before') {
        await pause();
      }
      const charge = await provider[operation](key, signal);
      if (paused && when === 'after') {
        await pause();
      }
      return charge;
    },
  });
  return { wrap, reached: reached.promise, resume: resume.resolve };
}

test('a Void wins over a Capture that the provider has not carried out', async () => {
  const paused = pauseFirst('capture', 'before');
  payment = await startPayment({ wrapProvider: paused.wrap });
  await payment.authorize('order');
  const capture = failureOf(payment.capture('order'));
  await paused.reached;
  expect((await payment.void('order')).state).toBe(PaymentState.VOIDED);
  paused.resume();
  expect((await capture).reason).toBe('PAYMENT_VOIDED');
  expect(await payment.charge('order')).toMatchObject({ state: 'VOIDED', captures: 0 });
});

test('a Void loses to a Capture that the provider has carried out, even before it is recorded', async () => {
  const paused = pauseFirst('capture', 'after');
  payment = await startPayment({ wrapProvider: paused.wrap });
  await payment.authorize('order');
  const capture = payment.capture('order');
  await paused.reached;
  expect((await failureOf(payment.void('order'))).reason).toBe('PAYMENT_ALREADY_CAPTURED');
  paused.resume();
  expect((await capture).state).toBe(PaymentState.CAPTURED);
  expect(await payment.charge('order')).toMatchObject({ state: 'CAPTURED', captures: 1 });
});

test('a Capture during a Void completes the Void and is refused', async () => {
  const paused = pauseFirst('void', 'before');
  payment = await startPayment({ wrapProvider: paused.wrap });
  await payment.authorize('order');
  const voiding = payment.void('order');
  await paused.reached;
  expect((await failureOf(payment.capture('order'))).reason).toBe('PAYMENT_VOIDED');
  paused.resume();
  expect((await voiding).state).toBe(PaymentState.VOIDED);
});
