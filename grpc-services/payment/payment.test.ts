import { expect, test } from '@jest/globals';
import { PaymentState, ProviderOutcome } from '../../proto/gen/payment/v1/payment.ts';
import { isOpen, nextVersion, type Payment } from './payment.ts';
import { paymentMessage, providerOutcome } from './payment-message.ts';
import { outcomeOf, requiredChargeKey } from './payments.ts';
import type { Charge } from './provider/payment-provider.ts';

const AT = '2030-01-01T00:00:00.000Z';
const ROW: Payment = { order_id: 'order', state: 'AUTHORIZED', created_at: AT, updated_at: AT, version: 1 };

test.each<readonly [Charge, ProviderOutcome]>([
  [{ state: 'AUTHORIZED', reference: 'ch_1' }, ProviderOutcome.AUTHORIZED],
  [{ state: 'CAPTURED', reference: 'ch_1' }, ProviderOutcome.AUTHORIZED],
  [{ state: 'DECLINED', reason: 'INSUFFICIENT_FUNDS' }, ProviderOutcome.DECLINED],
  [{ state: 'VOIDED', reference: 'ch_1' }, ProviderOutcome.DECLINED],
  [{ state: 'ACTION_REQUIRED', reference: 'ch_1', actionUrl: '/' }, ProviderOutcome.UNSPECIFIED],
])('the event about a charge of %o has the outcome %s', (charge, outcome) => {
  expect(providerOutcome(charge)).toBe(outcome);
});

test.each<readonly [Charge, Payment['state'], Partial<Payment>]>([
  [
    { state: 'ACTION_REQUIRED', reference: 'ch_1', actionUrl: '/act' },
    'PENDING',
    { state: 'ACTION_REQUIRED', provider_reference: 'ch_1', action_url: '/act' },
  ],
  [
    { state: 'AUTHORIZED', reference: 'ch_1' },
    'ACTION_REQUIRED',
    { state: 'AUTHORIZED', provider_reference: 'ch_1', action_url: undefined },
  ],
  [
    { state: 'CAPTURED', reference: 'ch_1' },
    'PENDING',
    { state: 'CAPTURED', provider_reference: 'ch_1', action_url: undefined },
  ],
  [
    { state: 'DECLINED', reason: 'INSUFFICIENT_FUNDS' },
    'ACTION_REQUIRED',
    { state: 'DECLINED', decline_reason: 'INSUFFICIENT_FUNDS', action_url: undefined },
  ],
  [
    { state: 'VOIDED', reference: 'ch_1' },
    'ACTION_REQUIRED',
    { state: 'DECLINED', decline_reason: 'PAYMENT_DECLINED', action_url: undefined },
  ],
  [{ state: 'VOIDED', reference: 'ch_1' }, 'PENDING', { state: 'VOIDED', provider_reference: 'ch_1' }],
])('a charge of %o makes of a payment that was %s one of %o', (charge, state, change) => {
  expect(outcomeOf({ ...ROW, state }, charge)).toStrictEqual(change);
});

test('a payment without an attempt has no charge, and the error names what it was for', () => {
  expect(requiredChargeKey({ ...ROW, payment_id: 'pay' })).toBe('order#pay');
  expect(() => requiredChargeKey(ROW)).toThrow('a payment with the intent AUTHORIZED has no attempt');
  expect(() => requiredChargeKey({ ...ROW, intent: 'VOID' })).toThrow('a payment with the intent VOID has no attempt');
});

test('a message has an amount only where both the amount and its currency are known', () => {
  const refunds = [
    { refund_id: 'r1', amount_minor: 1, state: 'SUCCEEDED', reason: '', created_at: AT, updated_at: AT },
  ] as const;
  const captured: Payment = { ...ROW, state: 'CAPTURED', refunds };
  const whole = paymentMessage({ ...captured, amount_minor: 0, currency: 'USD' });
  expect(whole).toMatchObject({
    amount: { minorUnits: 0, currency: 'USD' },
    captured: { minorUnits: 0, currency: 'USD' },
    refunded: { minorUnits: 1, currency: 'USD' },
  });
  expect(paymentMessage({ ...captured, amount_minor: 5 })).toMatchObject({ amount: undefined, captured: undefined });
  expect(paymentMessage({ ...captured, currency: 'USD' })).toMatchObject({ amount: undefined, captured: undefined });
});

test('a message of a bare payment has empty texts, and shows an action URL only while the customer is waited for', () => {
  expect(paymentMessage(ROW)).toEqual({
    orderId: 'order',
    paymentId: '',
    state: PaymentState.AUTHORIZED,
    amount: undefined,
    declineReason: '',
    providerReference: '',
    createdAt: new Date(AT),
    updatedAt: new Date(AT),
    actionUrl: '',
    captured: undefined,
    refunded: undefined,
    refunds: [],
  });
  expect(paymentMessage({ ...ROW, action_url: '/act' }).actionUrl).toBe('');
  expect(paymentMessage({ ...ROW, state: 'ACTION_REQUIRED', action_url: '/act' }).actionUrl).toBe('/act');
  expect(paymentMessage({ ...ROW, state: 'ACTION_REQUIRED' }).actionUrl).toBe('');
});

test.each<readonly [Payment['state'], boolean]>([
  ['PENDING', true],
  ['ACTION_REQUIRED', true],
  ['AUTHORIZED', true],
  ['DECLINED', false],
  ['CAPTURED', false],
  ['VOIDED', false],
  ['REFUNDED', false],
])('a payment that is %s waits for a Capture or a Void: %s', (state, open) => {
  expect(isOpen({ ...ROW, state })).toBe(open);
});

test('a next version keeps where the payment stands on the list of those to reconcile, unless it leaves it', () => {
  const now = Date.parse(AT) + 10;
  expect(nextVersion({ ...ROW, reconcile_at: 7 }, { intent: 'CAPTURE' }, now).reconcile_at).toBe(7);
  expect(nextVersion(ROW, { intent: 'CAPTURE' }, now).reconcile_at).toBe(now);
  expect(nextVersion({ ...ROW, reconcile_at: 7 }, { state: 'CAPTURED' }, now).reconcile_at).toBeUndefined();
  const refunded: Payment = { ...ROW, state: 'CAPTURED', refunds: [], reconcile_at: 7 };
  expect(nextVersion(refunded, {}, now)).toMatchObject({ reconcile_at: 7 });
  expect(nextVersion(refunded, { refunds: [] }, now)).toMatchObject({ reconcile_at: now });
  expect(nextVersion({ ...refunded, reconcile_at: undefined }, {}, now).reconcile_at).toBeUndefined();
});

test('a next version is later than the one before, whatever the clock says', () => {
  const past = Date.parse(AT) - 5_000;
  expect(nextVersion(ROW, {}, past)).toMatchObject({ updated_at: '2030-01-01T00:00:00.001Z', version: 2 });
  expect(nextVersion(ROW, {}, Date.parse(AT) + 5)).toMatchObject({ updated_at: '2030-01-01T00:00:00.005Z' });
});
