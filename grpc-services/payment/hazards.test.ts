import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { failureOf } from '../../tests/support/unary-client.ts';

let payment: TestPayment;

beforeAll(async () => {
  payment = await startPayment();
});

afterAll(() => payment.close());

function five<Result>(one: () => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: 5 }, one));
}

describe('empty compensation', () => {
  test('a Void without a payment leaves a tombstone and does not call the provider', async () => {
    expect(await payment.void('empty')).toMatchObject({ state: PaymentState.VOIDED, paymentId: '', amount: undefined });
    expect(await payment.charge('empty')).toBeUndefined();
  });

  test('a repeated Void without a payment gets the same answer', async () => {
    const first = await payment.void('empty-twice');
    expect(await payment.void('empty-twice')).toEqual(first);
  });

  test('a Void turns a declined payment into a tombstone', async () => {
    await failureOf(payment.authorize('declined', { method: 'tok_declined' }));
    expect((await payment.void('declined')).state).toBe(PaymentState.VOIDED);
    expect((await failureOf(payment.authorize('declined', { paymentId: 'second' }))).reason).toBe('PAYMENT_VOIDED');
  });
});

describe('hanging', () => {
  test('an Authorize that arrives after its Void is refused and charges nothing', async () => {
    await payment.void('hanging');
    expect(await failureOf(payment.authorize('hanging'))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'PAYMENT_VOIDED',
    });
    expect(await payment.charge('hanging')).toBeUndefined();
  });

  test('a repeated Authorize and a Capture that arrive after Void are refused', async () => {
    await payment.authorize('voided');
    expect((await payment.void('voided')).state).toBe(PaymentState.VOIDED);
    expect((await failureOf(payment.authorize('voided'))).reason).toBe('PAYMENT_VOIDED');
    expect((await failureOf(payment.capture('voided'))).reason).toBe('PAYMENT_VOIDED');
    expect(await payment.charge('voided')).toMatchObject({ state: 'VOIDED', captures: 0 });
  });

  test('a Void finds and voids a charge whose reply was lost', async () => {
    await failureOf(payment.authorize('lost', { method: 'tok_timeout' }));
    expect((await payment.void('lost')).state).toBe(PaymentState.VOIDED);
    expect(await payment.charge('lost')).toMatchObject({ state: 'VOIDED' });
    expect((await failureOf(payment.authorize('lost', { method: 'tok_timeout' }))).reason).toBe('PAYMENT_VOIDED');
  });

  test('a Capture and an Authorize that arrive after Refund are refused', async () => {
    await payment.authorize('refunded');
    await payment.capture('refunded');
    await payment.refund('refunded');
    expect((await failureOf(payment.capture('refunded'))).reason).toBe('PAYMENT_ALREADY_REFUNDED');
    expect((await failureOf(payment.authorize('refunded'))).reason).toBe('PAYMENT_ALREADY_REFUNDED');
    expect(await payment.charge('refunded')).toMatchObject({ captures: 1, refunds: 1 });
  });

  test('an Authorize that races its Void leaves nothing authorized', async () => {
    for (let round = 0; round < 20; round++) {
      const order = `race-${round}`;
      await Promise.allSettled([payment.authorize(order), payment.void(order)]);
      expect((await payment.payment(order)).state).toBe(PaymentState.VOIDED);
      expect([undefined, 'VOIDED']).toContain((await payment.charge(order))?.state);
    }
  });
});

describe('duplicates', () => {
  test('duplicates of Authorize, Capture and Refund take effect at the provider once', async () => {
    const authorized = await five(() => payment.authorize('twice'));
    expect(new Set(authorized.map(({ providerReference }) => providerReference)).size).toBe(1);
    const captured = await five(() => payment.capture('twice'));
    expect(new Set(captured.map(({ state }) => state))).toEqual(new Set([PaymentState.CAPTURED]));
    const refunded = await five(() => payment.refund('twice'));
    expect(new Set(refunded.map(({ state }) => state))).toEqual(new Set([PaymentState.REFUNDED]));
    expect(await payment.charge('twice')).toMatchObject({ state: 'REFUNDED', tries: 1, captures: 1, refunds: 1 });
  });

  test('duplicate Voids get the same answer', async () => {
    await payment.authorize('void-twice');
    const voided = await five(() => payment.void('void-twice'));
    expect(new Set(voided.map(({ state }) => state))).toEqual(new Set([PaymentState.VOIDED]));
    expect(await payment.charge('void-twice')).toMatchObject({ state: 'VOIDED' });
  });
});
