import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { PaymentState, ProviderOutcome } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';
import type { Payment } from './payment.ts';
import type { PaymentProvider } from './provider/payment-provider.ts';

const WAITING = { method: 'tok_3ds' };

describe('a payment that needs its customer', () => {
  let payment: TestPayment;

  beforeAll(async () => {
    payment = await startPayment();
  });

  afterAll(() => payment.close());

  test('waits with an action URL, and a repeated Authorize gets the same one', async () => {
    const waiting = await payment.authorize('waits', WAITING);
    expect(waiting).toMatchObject({
      state: PaymentState.ACTION_REQUIRED,
      actionUrl: expect.stringMatching(/^\/payment\/action\?order_id=waits&payment_id=pay&reference=ch_[0-9a-f-]{36}$/),
      captured: undefined,
    });
    expect(await payment.authorize('waits', WAITING)).toEqual(waiting);
    expect((await payment.charge('waits'))?.tries).toBe(1);
  });

  test('is authorized by the event after the customer approved, and can be captured', async () => {
    const waiting = await payment.authorize('approved', WAITING);
    expect(await payment.decide(waiting, 'approve')).toBe(ProviderOutcome.AUTHORIZED);
    expect((await payment.payment('approved')).state).toBe(PaymentState.ACTION_REQUIRED);
    expect(await payment.event('approved')).toMatchObject({ state: PaymentState.AUTHORIZED, actionUrl: '' });
    expect((await payment.capture('approved')).state).toBe(PaymentState.CAPTURED);
  });

  test('is declined by the event after the customer refused, and may be paid with another payment id', async () => {
    await payment.decide(await payment.authorize('refused', WAITING), 'refuse');
    expect(await payment.event('refused', { outcome: ProviderOutcome.DECLINED })).toMatchObject({
      state: PaymentState.DECLINED,
      declineReason: 'PAYMENT_DECLINED',
    });
    expect((await failureOf(payment.authorize('refused', WAITING))).reason).toBe('PAYMENT_DECLINED');
    expect((await payment.authorize('refused', { paymentId: 'second' })).state).toBe(PaymentState.AUTHORIZED);
  });

  test('is settled by a repeated Authorize when the event was lost', async () => {
    await payment.decide(await payment.authorize('no-event', WAITING), 'approve');
    expect((await payment.authorize('no-event', WAITING)).state).toBe(PaymentState.AUTHORIZED);
  });

  test('cannot be captured or refunded while it waits', async () => {
    await payment.authorize('early', WAITING);
    expect((await failureOf(payment.capture('early'))).reason).toBe('PAYMENT_NOT_AUTHORIZED');
    expect((await failureOf(payment.refund('early'))).reason).toBe('PAYMENT_NOT_CAPTURED');
    expect(await payment.charge('early')).toMatchObject({ state: 'ACTION_REQUIRED', captures: 0 });
  });

  test('can be voided while it waits, and a late approval authorizes nothing', async () => {
    const waiting = await payment.authorize('voided', WAITING);
    expect((await payment.void('voided')).state).toBe(PaymentState.VOIDED);
    expect(await payment.decide(waiting, 'approve')).toBe(ProviderOutcome.DECLINED);
    expect((await payment.event('voided')).state).toBe(PaymentState.VOIDED);
    expect(await payment.charge('voided')).toMatchObject({ state: 'VOIDED' });
  });

  test('is voided when the customer approved before the Void and the event comes after it', async () => {
    await payment.decide(await payment.authorize('crossed', WAITING), 'approve');
    expect((await payment.void('crossed')).state).toBe(PaymentState.VOIDED);
    expect((await payment.event('crossed')).state).toBe(PaymentState.VOIDED);
    expect(await payment.charge('crossed')).toMatchObject({ state: 'VOIDED' });
  });

  test('is given up at the provider when the customer pays with another payment id', async () => {
    const waiting = await payment.authorize('replaced', WAITING);
    expect(await payment.authorize('replaced', { paymentId: 'second' })).toMatchObject({
      paymentId: 'second',
      state: PaymentState.AUTHORIZED,
    });
    expect(await payment.charge('replaced')).toMatchObject({ state: 'VOIDED' });
    expect(await payment.decide(waiting, 'approve')).toBe(ProviderOutcome.DECLINED);
    expect((await failureOf(payment.event('replaced'))).reason).toBe('PAYMENT_MISMATCH');
    expect(await payment.charge('replaced', 'second')).toMatchObject({ state: 'AUTHORIZED' });
  });

  test('that races a payment with another id ends with one authorized charge at the most', async () => {
    for (let round = 0; round < 10; round++) {
      const order = `race-${round}`;
      const waiting = await payment.authorize(order, WAITING);
      await payment.decide(waiting, 'approve');
      await Promise.allSettled([payment.event(order), payment.authorize(order, { paymentId: 'second' })]);
      const charges = [await payment.charge(order), await payment.charge(order, 'second')];
      expect(charges.filter((charge) => charge?.state === 'AUTHORIZED')).toHaveLength(1);
      const { paymentId } = await payment.capture(order);
      expect(await payment.charge(order, paymentId)).toMatchObject({ state: 'CAPTURED' });
    }
  });
});

describe('an event of the provider', () => {
  let payment: TestPayment;

  beforeAll(async () => {
    payment = await startPayment();
  });

  afterAll(() => payment.close());

  test('that is not true changes nothing: the provider is asked, and the true one is taken later', async () => {
    const waiting = await payment.authorize('forged', WAITING);
    expect((await payment.event('forged')).state).toBe(PaymentState.ACTION_REQUIRED);
    expect((await failureOf(payment.capture('forged'))).reason).toBe('PAYMENT_NOT_AUTHORIZED');
    await payment.decide(waiting, 'refuse');
    expect((await payment.event('forged')).state).toBe(PaymentState.DECLINED);
  });

  test('that is delivered twice, also at the same time, has one effect', async () => {
    await payment.decide(await payment.authorize('doubled', WAITING), 'approve');
    const answers = await Promise.all(Array.from({ length: 5 }, () => payment.event('doubled')));
    expect(new Set(answers.map(({ state }) => state))).toEqual(new Set([PaymentState.AUTHORIZED]));
    expect(await payment.event('doubled')).toEqual(answers[0]);
  });

  test('that comes late leaves a captured, a refunded and a declined payment as they are', async () => {
    await payment.decide(await payment.authorize('late', WAITING), 'approve');
    await payment.event('late');
    await payment.capture('late');
    const late = { eventId: 'late', outcome: ProviderOutcome.DECLINED };
    expect((await payment.event('late', late)).state).toBe(PaymentState.CAPTURED);
    await payment.refund('late');
    expect((await payment.event('late', late)).state).toBe(PaymentState.REFUNDED);
    await failureOf(payment.authorize('late-declined', { method: 'tok_declined' }));
    expect((await payment.event('late-declined')).state).toBe(PaymentState.DECLINED);
  });

  test('with the outcome that was overtaken by another one asks the provider, which decides', async () => {
    await payment.decide(await payment.authorize('overtaken', WAITING), 'approve');
    const stale = { eventId: 'older', outcome: ProviderOutcome.DECLINED };
    expect((await payment.event('overtaken', stale)).state).toBe(PaymentState.AUTHORIZED);
    expect((await payment.event('overtaken', { eventId: 'newer' })).state).toBe(PaymentState.AUTHORIZED);
  });

  test('whose id was used with another outcome is refused', async () => {
    await payment.decide(await payment.authorize('reused', WAITING), 'approve');
    await payment.event('reused', { eventId: 'e1' });
    const reused = { eventId: 'e1', outcome: ProviderOutcome.DECLINED };
    expect(await failureOf(payment.event('reused', reused))).toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'PROVIDER_EVENT_MISMATCH',
    });
  });

  test('for another payment of the order, or for an unknown order, is refused', async () => {
    await payment.authorize('other', WAITING);
    expect((await failureOf(payment.event('other', { paymentId: 'never-made' }))).reason).toBe('PAYMENT_MISMATCH');
    expect((await failureOf(payment.event('unheard-of'))).reason).toBe('PAYMENT_NOT_FOUND');
    await payment.void('tombstone');
    expect((await failureOf(payment.event('tombstone'))).reason).toBe('PAYMENT_MISMATCH');
  });

  test.each([
    ['no event id', { eventId: '' }, 'event_id'],
    ['an order id of another kind of row', { orderId: 'charge#1' }, 'order_id'],
    ['no payment id', { paymentId: '' }, 'payment_id'],
    ['an outcome that is none', { outcome: 9 as ProviderOutcome }, 'outcome'],
  ])('with %s is refused, and names the field', async (_what, change, field) => {
    const event = { eventId: 'e', orderId: 'order', paymentId: 'pay', outcome: ProviderOutcome.AUTHORIZED, ...change };
    const refusal = await failureOf(call(payment.client, payment.client.recordProviderEvent, event));
    expect(refusal.metadata).toEqual({ field });
  });
});

describe("the customer's decision", () => {
  let payment: TestPayment;

  beforeAll(async () => {
    payment = await startPayment();
  });

  afterAll(() => payment.close());

  test('needs the reference of the action URL', async () => {
    const waiting = await payment.authorize('guessed', WAITING);
    const guessed = { ...waiting, actionUrl: '/payment/action?reference=ch_guessed' };
    expect(await failureOf(payment.decide(guessed, 'approve'))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'CUSTOMER_ACTION_NOT_FOUND',
    });
    expect(await payment.charge('guessed')).toMatchObject({ state: 'ACTION_REQUIRED' });
  });

  test('counts once: the first one stands', async () => {
    const waiting = await payment.authorize('changed', WAITING);
    expect(await payment.decide(waiting, 'refuse')).toBe(ProviderOutcome.DECLINED);
    expect(await payment.decide(waiting, 'approve')).toBe(ProviderOutcome.DECLINED);
  });
});

describe('a charge that the service does not know of', () => {
  let payment: TestPayment;

  afterEach(() => payment.close());

  test('is voided when its event comes after a Void that found no charge', async () => {
    const delayed = Promise.withResolvers<void>();
    const received = Promise.withResolvers<void>();
    payment = await startPayment({
      wrapStore: (store) => ({
        ...store,
        // The process that authorizes dies before it hears of the Void.
        save: (previous, next, signal) =>
          previous.state === 'PENDING' && next.state === 'AUTHORIZED'
            ? Promise.reject(new Error('the process crashed'))
            : store.save(previous, next, signal),
      }),
      wrapProvider: (provider) => ({
        ...provider,
        authorize: async (authorization, signal) => {
          received.resolve();
          await delayed.promise;
          return provider.authorize(authorization, signal);
        },
      }),
    });
    const authorization = failureOf(payment.authorize('order'));
    await received.promise;
    await payment.void('order');
    delayed.resolve();
    await authorization;
    expect(await payment.charge('order')).toMatchObject({ state: 'AUTHORIZED' });
    expect((await payment.event('order')).state).toBe(PaymentState.VOIDED);
    expect(await payment.charge('order')).toMatchObject({ state: 'VOIDED' });
  });

  test('is no end of the order when the provider itself gave up the wait for the customer', async () => {
    const kept: { provider?: PaymentProvider } = {};
    payment = await startPayment({
      wrapProvider: (provider) => {
        kept.provider = provider;
        return provider;
      },
    });
    await payment.authorize('order', WAITING);
    await kept.provider?.void('order#pay', new AbortController().signal);
    expect((await payment.event('order', { outcome: ProviderOutcome.DECLINED })).state).toBe(PaymentState.DECLINED);
    expect((await payment.authorize('order', { paymentId: 'second' })).state).toBe(PaymentState.AUTHORIZED);
  });
});

describe('a replacement', () => {
  let payment: TestPayment;

  afterEach(() => payment.close());

  test('keeps no address where the customer could still act on the attempt that was given up', async () => {
    const written: Payment[] = [];
    payment = await startPayment({
      wrapStore: (store) => ({
        ...store,
        save: async (previous, next, signal) => {
          await store.save(previous, next, signal);
          written.push(next);
        },
      }),
    });
    await payment.authorize('order', WAITING);
    await payment.authorize('order', { paymentId: 'second' });
    expect(written.map(({ state, payment_id, action_url }) => [state, payment_id, action_url !== undefined])).toEqual([
      ['ACTION_REQUIRED', 'pay', true],
      ['ACTION_REQUIRED', 'pay', true],
      ['DECLINED', 'pay', false],
      ['PENDING', 'second', false],
      ['AUTHORIZED', 'second', false],
    ]);
  });

  test.each([1, 2])('that crashes after write %i is completed by the next call', async (write) => {
    let writes = 0;
    let armed = false;
    payment = await startPayment({
      wrapStore: (store) => ({
        ...store,
        save: async (previous, next, signal) => {
          await store.save(previous, next, signal);
          writes += armed ? 1 : 0;
          if (armed && writes === write) {
            throw new Error('crashed after the write');
          }
        },
      }),
    });
    const waiting = await payment.authorize('order', WAITING);
    await payment.decide(waiting, 'approve');
    armed = true;
    expect((await failureOf(payment.authorize('order', { paymentId: 'second' }))).code).toBe('INTERNAL');
    armed = false;
    expect((await payment.event('order')).state).not.toBe(PaymentState.AUTHORIZED);
    expect((await payment.authorize('order', { paymentId: 'second' })).state).toBe(PaymentState.AUTHORIZED);
    expect(await payment.charge('order')).toMatchObject({ state: 'VOIDED' });
  });
});
