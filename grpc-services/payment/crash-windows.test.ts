import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { failureOf } from '../../tests/support/unary-client.ts';

/** The process "crashes" before or after this write to the store, counted from 1 since `arm`. */
interface Crash {
  readonly write: number;
  readonly when: 'before' | 'after';
}

let payment: TestPayment;
let crash: Crash | undefined;
let writes: number;

beforeEach(async () => {
  crash = undefined;
  payment = await startPayment({
    wrapStore: (store) => ({
      ...store,
      saveFirst: (first, signal) => crashing(() => store.saveFirst(first, signal)),
      save: (previous, next, signal) => crashing(() => store.save(previous, next, signal)),
      intendCapture: (orderId, signal) => crashing(() => store.intendCapture(orderId, signal)),
    }),
  });
});

async function crashing<Answer>(write: () => Promise<Answer>): Promise<Answer> {
  writes++;
  const here = crash?.write === writes;
  if (here && crash?.when === 'before') {
    throw new Error('crashed before the write');
  }
  const answer = await write();
  if (here) {
    throw new Error('crashed after the write');
  }
  return answer;
}

afterEach(() => payment.close());

function arm(at: Crash): void {
  writes = 0;
  crash = at;
}

const crashes: readonly Crash[] = [
  { write: 1, when: 'before' },
  { write: 1, when: 'after' },
  { write: 2, when: 'before' },
  { write: 2, when: 'after' },
];

/** Every RPC writes twice: its intent before it calls the provider, and the outcome after. */
const OPERATIONS = [
  { rpc: 'authorize', from: [], state: PaymentState.AUTHORIZED, charge: { state: 'AUTHORIZED', tries: 1 } },
  { rpc: 'capture', from: ['authorize'], state: PaymentState.CAPTURED, charge: { state: 'CAPTURED', captures: 1 } },
  { rpc: 'void', from: ['authorize'], state: PaymentState.VOIDED, charge: { state: 'VOIDED', captures: 0 } },
  {
    rpc: 'refund',
    from: ['authorize', 'capture'],
    state: PaymentState.REFUNDED,
    charge: { state: 'REFUNDED', captures: 1, refunds: 1 },
  },
] as const;

for (const { rpc, from, state, charge } of OPERATIONS) {
  describe(`${rpc} that crashes`, () => {
    test.each(crashes)('$when write $write is completed by the next call, once at the provider', async (at) => {
      for (const step of from) {
        await payment[step]('order');
      }
      arm(at);
      expect((await failureOf(payment[rpc]('order'))).code).toBe('INTERNAL');
      crash = undefined;
      expect((await payment[rpc]('order')).state).toBe(state);
      expect((await payment.payment('order')).state).toBe(state);
      expect(await payment.charge('order')).toMatchObject(charge);
    });
  });
}

describe('compensation', () => {
  test.each(crashes)('undoes an Authorize that crashed $when write $write by a Void', async (at) => {
    arm(at);
    await failureOf(payment.authorize('order'));
    crash = undefined;
    expect((await payment.void('order')).state).toBe(PaymentState.VOIDED);
    expect((await payment.charge('order'))?.state).toBe(at.write === 1 ? undefined : 'VOIDED');
    expect((await failureOf(payment.authorize('order'))).reason).toBe('PAYMENT_VOIDED');
  });

  test.each(crashes)('undoes a Capture that crashed $when write $write by a Void or a Refund', async (at) => {
    await payment.authorize('order');
    arm(at);
    await failureOf(payment.capture('order'));
    crash = undefined;
    const captured = (await payment.charge('order'))?.state === 'CAPTURED';
    expect(captured).toBe(at.write === 2);
    if (captured) {
      expect((await failureOf(payment.void('order'))).reason).toBe('PAYMENT_ALREADY_CAPTURED');
      expect((await payment.refund('order')).state).toBe(PaymentState.REFUNDED);
    } else {
      expect((await payment.void('order')).state).toBe(PaymentState.VOIDED);
    }
    expect((await payment.charge('order'))?.state).toBe(captured ? 'REFUNDED' : 'VOIDED');
    expect((await failureOf(payment.capture('order'))).reason).toMatch(/PAYMENT_(VOIDED|ALREADY_REFUNDED)/);
  });

  test('undoes a Capture that crashed before it recorded the outcome by a Refund', async () => {
    await payment.authorize('order');
    arm({ write: 2, when: 'before' });
    await failureOf(payment.capture('order'));
    crash = undefined;
    expect((await payment.refund('order')).state).toBe(PaymentState.REFUNDED);
    expect(await payment.charge('order')).toMatchObject({ state: 'REFUNDED', captures: 1, refunds: 1 });
  });
});
