import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Payment, PaymentState, RefundState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { CallFailure } from '../../tests/support/unary-client.ts';
import { ProviderUnavailable } from './provider/payment-provider.ts';

const AMOUNT = 900;
const CALLS = [
  'authorize',
  'capture',
  'void',
  'refund',
  'refund a third',
  'refund two thirds',
  'approve',
  'event',
] as const;
type Call = (typeof CALLS)[number];
const methods = ['tok_visa', 'tok_timeout', 'tok_flaky', 'tok_3ds', 'tok_refund_fails'];
/** What goes wrong with a call to the provider. */
const ACCIDENTS = ['none', 'none', 'lost request', 'lost answer'] as const;
type Accident = (typeof ACCIDENTS)[number];

const schedule = fc.record({
  method: fc.constantFrom(...methods),
  rounds: fc.array(fc.array(fc.constantFrom(...CALLS), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
  accidents: fc.array(fc.constantFrom(...ACCIDENTS), { maxLength: 12 }),
});

test('after any sequence of calls and lost messages the payment matches the charge at the provider', async () => {
  let coming: Accident[] = [];
  const accidental = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    const accident = coming.shift() ?? 'none';
    if (accident === 'lost request') {
      throw new ProviderUnavailable();
    }
    const answer = await ask();
    if (accident === 'lost answer') {
      throw new ProviderUnavailable();
    }
    return answer;
  };
  let now = Date.parse('2030-01-01T00:00:00Z');
  const payment = await startPayment({
    clock: () => now,
    wrapProvider: (provider) => ({
      authorize: (authorization, signal) => accidental(() => provider.authorize(authorization, signal)),
      find: (key, signal) => accidental(() => provider.find(key, signal)),
      capture: (key, signal) => accidental(() => provider.capture(key, signal)),
      void: (key, signal) => accidental(() => provider.void(key, signal)),
      refund: (refund, signal) => accidental(() => provider.refund(refund, signal)),
      findRefund: (refund, signal) => accidental(() => provider.findRefund(refund, signal)),
      decide: (decision, signal) => accidental(() => provider.decide(decision, signal)),
    }),
  });
  let run = 0;
  let done = 0;
  try {
    await fc.assert(
      fc.asyncProperty(schedule, async ({ method, rounds, accidents: planned }) => {
        run++;
        const order = `order-${run}`;
        coming = [...planned];
        for (const round of rounds) {
          const outcomes = await Promise.all(round.map((rpc) => perform(payment, rpc, order, method)));
          done += outcomes.filter((isDone) => isDone).length;
        }
        coming = [];
        now += 30_000;
        await payment.recheck();
        await assertAgreement(payment, order);
        const isUndone = await compensate(payment, order);
        const undone = (await found(payment, order))?.state;
        expect(isUndone ? [PaymentState.VOIDED, PaymentState.REFUNDED] : [PaymentState.CAPTURED]).toContain(undone);
        expect(isUndone || method === 'tok_refund_fails').toBe(true);
        expect(AGREEING.get(undone)).toContain((await payment.charge(order))?.state);
      }),
      { numRuns: 25 },
    );
    // Few calls are done where a drawn schedule begins with a lost authorization; none at all would prove nothing.
    expect(done).toBeGreaterThan(5);
  } finally {
    await payment.close();
  }
}, 60_000);

/** False when the call was refused. */
async function perform(payment: TestPayment, one: Call, order: string, method: string): Promise<boolean> {
  try {
    await send(payment, one, order, method);
    return true;
  } catch (error) {
    const refused = error instanceof CallFailure && error.code !== 'INTERNAL' && error.code !== 'UNKNOWN';
    if (!refused) {
      throw error;
    }
    return false;
  }
}

async function send(payment: TestPayment, one: Call, order: string, method: string): Promise<unknown> {
  switch (one) {
    case 'authorize':
      return payment.authorize(order, { method, amountMinor: AMOUNT });
    case 'capture':
      return payment.capture(order);
    case 'void':
      return payment.void(order);
    case 'refund':
      return payment.refund(order);
    case 'refund a third':
      return payment.refund(order, { refundId: 'third', amountMinor: AMOUNT / 3 });
    case 'refund two thirds':
      return payment.refund(order, { refundId: 'two-thirds', amountMinor: (AMOUNT / 3) * 2 });
    case 'approve':
      return payment.decide(await payment.payment(order), 'approve');
    case 'event':
      return payment.event(order);
  }
}

/** The payment; undefined if no call of the order ever wrote one. */
async function found(payment: TestPayment, order: string): Promise<Payment | undefined> {
  try {
    return await payment.payment(order);
  } catch (error) {
    if (error instanceof CallFailure && error.reason === 'PAYMENT_NOT_FOUND') {
      return undefined;
    }
    throw error;
  }
}

/** What the provider may have, by what the payment says. The answer of a Capture or Void may have been lost. */
const AGREEING: ReadonlyMap<PaymentState | undefined, readonly (string | undefined)[]> = new Map([
  [undefined, [undefined]],
  [PaymentState.PENDING, [undefined, 'UNANSWERED', 'ACTION_REQUIRED', 'AUTHORIZED', 'VOIDED']],
  [PaymentState.ACTION_REQUIRED, ['ACTION_REQUIRED', 'AUTHORIZED', 'VOIDED']],
  [PaymentState.AUTHORIZED, ['AUTHORIZED', 'CAPTURED', 'VOIDED']],
  [PaymentState.VOIDED, [undefined, 'UNANSWERED', 'VOIDED']],
  [PaymentState.CAPTURED, ['CAPTURED']],
  [PaymentState.REFUNDED, ['REFUNDED']],
]);

async function assertAgreement(payment: TestPayment, order: string): Promise<void> {
  const charge = await payment.charge(order);
  expect(charge?.captures ?? 0).toBeLessThanOrEqual(1);
  expect(charge?.refunds ?? 0).toBeLessThanOrEqual(charge?.captures ?? 0);
  expect(charge?.refunded_minor ?? 0).toBeLessThanOrEqual(charge?.amount_minor ?? 0);
  const known = await found(payment, order);
  expect(known?.refunds.map(({ state }) => state) ?? []).not.toContain(RefundState.PENDING);
  expect(known?.refunded?.minorUnits ?? 0).toBe(charge?.refunded_minor ?? 0);
  expect(AGREEING.get(known?.state) ?? [`no charge goes with the state ${known?.state}`]).toContain(charge?.state);
}

/** Undoes a payment as the saga does. False when the provider declines to give the money back. */
async function compensate(payment: TestPayment, order: string): Promise<boolean> {
  try {
    await payment.void(order);
    return true;
  } catch (error) {
    if (!(error instanceof CallFailure) || error.reason !== 'PAYMENT_ALREADY_CAPTURED') {
      throw error;
    }
  }
  try {
    await payment.refund(order, { refundId: 'compensation' });
    return true;
  } catch (error) {
    if (!(error instanceof CallFailure) || error.reason !== 'REFUND_DECLINED') {
      throw error;
    }
    return false;
  }
}
