import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { CallFailure } from '../../tests/support/unary-client.ts';
import { ProviderUnavailable } from './provider/payment-provider.ts';

const RPCS = ['authorize', 'capture', 'void', 'refund'] as const;
const methods = ['tok_visa', 'tok_timeout', 'tok_flaky'];
/** What goes wrong with a call to the provider. */
const ACCIDENTS = ['none', 'none', 'lost request', 'lost answer'] as const;
type Accident = (typeof ACCIDENTS)[number];

const schedule = fc.record({
  method: fc.constantFrom(...methods),
  rounds: fc.array(fc.array(fc.constantFrom(...RPCS), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
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
      refund: (key, signal) => accidental(() => provider.refund(key, signal)),
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
        await compensate(payment, order);
        const undone = await stateOf(payment, order);
        expect([PaymentState.VOIDED, PaymentState.REFUNDED]).toContain(undone);
        expect(AGREEING.get(undone)).toContain((await payment.charge(order))?.state);
      }),
      { numRuns: 25 },
    );
    expect(done).toBeGreaterThan(25);
  } finally {
    await payment.close();
  }
}, 60_000);

/** False when the call was refused. */
async function perform(
  payment: TestPayment,
  rpc: (typeof RPCS)[number],
  order: string,
  method: string,
): Promise<boolean> {
  try {
    await (rpc === 'authorize' ? payment.authorize(order, { method }) : payment[rpc](order));
    return true;
  } catch (error) {
    const refused = error instanceof CallFailure && error.code !== 'INTERNAL' && error.code !== 'UNKNOWN';
    if (!refused) {
      throw error;
    }
    return false;
  }
}

/** The state of the payment; undefined if no call of the order ever wrote one. */
async function stateOf(payment: TestPayment, order: string): Promise<PaymentState | undefined> {
  try {
    return (await payment.payment(order)).state;
  } catch (error) {
    if (error instanceof CallFailure && error.reason === 'PAYMENT_NOT_FOUND') {
      return undefined;
    }
    throw error;
  }
}

/** What the provider may have, by what the payment says. The answer of a Capture, Void or Refund may have been lost. */
const AGREEING: ReadonlyMap<PaymentState | undefined, readonly (string | undefined)[]> = new Map([
  [undefined, [undefined]],
  [PaymentState.PENDING, [undefined, 'UNANSWERED', 'AUTHORIZED', 'VOIDED']],
  [PaymentState.AUTHORIZED, ['AUTHORIZED', 'CAPTURED', 'VOIDED']],
  [PaymentState.VOIDED, [undefined, 'UNANSWERED', 'VOIDED']],
  [PaymentState.CAPTURED, ['CAPTURED', 'REFUNDED']],
  [PaymentState.REFUNDED, ['REFUNDED']],
]);

async function assertAgreement(payment: TestPayment, order: string): Promise<void> {
  const charge = await payment.charge(order);
  expect(charge?.captures ?? 0).toBeLessThanOrEqual(1);
  expect(charge?.refunds ?? 0).toBeLessThanOrEqual(charge?.captures ?? 0);
  const state = await stateOf(payment, order);
  expect(AGREEING.get(state) ?? [`no charge goes with the state ${state}`]).toContain(charge?.state);
}

/** Undoes a payment as the saga does. */
async function compensate(payment: TestPayment, order: string): Promise<void> {
  try {
    await payment.void(order);
  } catch (error) {
    if (!(error instanceof CallFailure) || error.reason !== 'PAYMENT_ALREADY_CAPTURED') {
      throw error;
    }
    await payment.refund(order);
  }
}
