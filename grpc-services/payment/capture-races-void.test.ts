import { afterEach, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import type { PaymentProvider } from './provider/payment-provider.ts';

let payment: TestPayment;

afterEach(() => payment.close());

test('of a Capture and a Void at the same time exactly one wins, and both are told the same', async () => {
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

/** The first call of the operation waits, before or after the provider does it, until it may go on. */
function holdUp(operation: 'capture' | 'void', when: 'before' | 'after') {
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let first = true;
  const wrap = (provider: PaymentProvider): PaymentProvider => ({
    ...provider,
    [operation]: async (key: string, signal: AbortSignal) => {
      const held = first;
      first = false;
      const pause = async (): Promise<void> => {
        reached.resolve();
        await goOn.promise;
      };
      if (held && when === 'before') {
        await pause();
      }
      const charge = await provider[operation](key, signal);
      if (held && when === 'after') {
        await pause();
      }
      return charge;
    },
  });
  return { wrap, reached: reached.promise, goOn: goOn.resolve };
}

test('a Void overtakes a Capture that the provider has not carried out', async () => {
  const held = holdUp('capture', 'before');
  payment = await startPayment({ wrapProvider: held.wrap });
  await payment.authorize('order');
  const capture = failureOf(payment.capture('order'));
  await held.reached;
  expect((await payment.void('order')).state).toBe(PaymentState.VOIDED);
  held.goOn();
  expect((await capture).reason).toBe('PAYMENT_VOIDED');
  expect(await payment.charge('order')).toMatchObject({ state: 'VOIDED', captures: 0 });
});

test('a Void does not undo a Capture that the provider has carried out and nobody has recorded', async () => {
  const held = holdUp('capture', 'after');
  payment = await startPayment({ wrapProvider: held.wrap });
  await payment.authorize('order');
  const capture = payment.capture('order');
  await held.reached;
  expect((await failureOf(payment.void('order'))).reason).toBe('PAYMENT_ALREADY_CAPTURED');
  held.goOn();
  expect((await capture).state).toBe(PaymentState.CAPTURED);
  expect(await payment.charge('order')).toMatchObject({ state: 'CAPTURED', captures: 1 });
});

test('a Capture that meets a Void under way carries the Void out and is refused', async () => {
  const held = holdUp('void', 'before');
  payment = await startPayment({ wrapProvider: held.wrap });
  await payment.authorize('order');
  const voiding = payment.void('order');
  await held.reached;
  expect((await failureOf(payment.capture('order'))).reason).toBe('PAYMENT_VOIDED');
  held.goOn();
  expect((await voiding).state).toBe(PaymentState.VOIDED);
});
