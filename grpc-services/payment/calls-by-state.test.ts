import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { CallFailure, failureOf } from '../../tests/support/unary-client.ts';
import type { PaymentStore } from './payment-store.ts';
import { ProviderUnavailable } from './provider/payment-provider.ts';

const never = new AbortController().signal;

let payment: TestPayment;
let store: PaymentStore;
/** What the provider was asked. */
let asked: string[] = [];
let isProviderUp = true;

beforeAll(async () => {
  const asking = async <Answer>(question: string, ask: () => Promise<Answer>): Promise<Answer> => {
    asked.push(question);
    if (!isProviderUp) {
      throw new ProviderUnavailable();
    }
    return ask();
  };
  payment = await startPayment({
    wrapStore: (real) => {
      store = real;
      return real;
    },
    wrapProvider: (real) => ({
      authorize: (authorization, signal) => asking('authorize', () => real.authorize(authorization, signal)),
      find: (key, signal) => asking('find', () => real.find(key, signal)),
      capture: (key, signal) => asking('capture', () => real.capture(key, signal)),
      void: (key, signal) => asking('void', () => real.void(key, signal)),
      refund: (refund, signal) => asking('refund', () => real.refund(refund, signal)),
      findRefund: (refund, signal) => asking('find refund', () => real.findRefund(refund, signal)),
      decide: real.decide,
    }),
  });
});

afterAll(() => payment.close());

/** How an order comes into a state. Amounts are 1,000 but where a call names one. */
const STATES: Readonly<Record<string, (order: string) => Promise<unknown>>> = {
  'no payment': async () => undefined,
  'a pending payment without a charge': (order) => failureOf(payment.authorize(order, { method: 'tok_flaky' })),
  'a pending payment with a charge': (order) => failureOf(payment.authorize(order, { method: 'tok_timeout' })),
  'a waiting payment': (order) => payment.authorize(order, { method: 'tok_3ds' }),
  'a waiting payment whose customer approved': async (order) =>
    payment.decide(await payment.authorize(order, { method: 'tok_3ds' }), 'approve'),
  'an authorized payment': (order) => payment.authorize(order),
  'a declined payment': (order) => failureOf(payment.authorize(order, { method: 'tok_declined' })),
  'a captured payment': (order) => captured(order),
  'a partly refunded payment': async (order) => {
    await captured(order);
    await payment.refund(order, { refundId: 'part', amountMinor: 400 });
  },
  'a payment whose refund is unknown': async (order) => {
    await captured(order, 'tok_refund_timeout');
    await failureOf(payment.refund(order, { refundId: 'part', amountMinor: 400 }));
  },
  'a refunded payment': async (order) => {
    await captured(order);
    await payment.refund(order);
  },
  'a voided payment': async (order) => {
    await payment.authorize(order);
    await payment.void(order);
  },
  'a tombstone': (order) => payment.void(order),
  'a Capture that was cut off': async (order) => {
    await payment.authorize(order);
    await cutOff(() => payment.capture(order));
  },
  'a Void that was cut off': async (order) => {
    await payment.authorize(order);
    await cutOff(() => payment.void(order));
  },
  'a Void of a waiting payment that was cut off': async (order) => {
    await payment.authorize(order, { method: 'tok_3ds' });
    await cutOff(() => payment.void(order));
  },
  'a replacement that was cut off': async (order) => {
    await payment.authorize(order, { method: 'tok_3ds' });
    await cutOff(() => payment.authorize(order, { paymentId: 'second' }));
  },
};

/** Makes a call that the provider does not answer after the intent is written. */
async function cutOff(call: () => Promise<unknown>): Promise<void> {
  isProviderUp = false;
  try {
    expect((await failureOf(call())).reason).toBe('PROVIDER_UNAVAILABLE');
  } finally {
    isProviderUp = true;
  }
}

async function captured(order: string, method = 'tok_visa'): Promise<void> {
  await payment.authorize(order, { method });
  await payment.capture(order);
}

const CALLS: Readonly<Record<string, (order: string) => Promise<{ readonly state: PaymentState }>>> = {
  Authorize: (order) => payment.authorize(order),
  'Authorize of a second id': (order) => payment.authorize(order, { paymentId: 'second' }),
  Capture: (order) => payment.capture(order),
  Void: (order) => payment.void(order),
  Refund: (order) => payment.refund(order),
  'Refund of 600': (order) => payment.refund(order, { refundId: 'rest', amountMinor: 600 }),
  'Refund of 601': (order) => payment.refund(order, { refundId: 'rest', amountMinor: 601 }),
  'Refund of 399 under one id': (order) => payment.refund(order, { refundId: 'part', amountMinor: 399 }),
  'Refund under one id': (order) => payment.refund(order, { refundId: 'part' }),
  event: (order) => payment.event(order),
  'event of a second id': (order) => payment.event(order, { paymentId: 'second' }),
};

/** By state: the call, its answer, what the provider is asked, and what is kept. */
const EXPECTED: Readonly<Record<string, readonly (readonly [string, string, string, string])[]>> = {
  'no payment': [
    ['Authorize', 'AUTHORIZED', 'authorize', 'AUTHORIZED +2 pay:AUTHORIZED-0-0'],
    ['Authorize of a second id', 'AUTHORIZED', 'authorize', 'AUTHORIZED +2 second:AUTHORIZED-0-0'],
    ['Capture', 'no: PAYMENT_NOT_AUTHORIZED', '', 'none +0'],
    ['Void', 'VOIDED', '', 'VOIDED +1'],
    ['Refund', 'no: PAYMENT_NOT_CAPTURED', '', 'none +0'],
    ['event', 'no: PAYMENT_NOT_FOUND', '', 'none +0'],
    ['event of a second id', 'no: PAYMENT_NOT_FOUND', '', 'none +0'],
  ],
  'a pending payment without a charge': [
    ['Authorize', 'AUTHORIZED', 'find, authorize', 'AUTHORIZED +1 pay:AUTHORIZED-0-0'],
    ['Authorize of a second id', 'no: PAYMENT_MISMATCH', '', 'PENDING +0 pay:UNANSWERED-0-0'],
    ['Capture', 'no: PAYMENT_NOT_AUTHORIZED', '', 'PENDING +0 pay:UNANSWERED-0-0'],
    ['Void', 'VOIDED', 'void', 'VOIDED +2 pay:UNANSWERED-0-0'],
    ['Refund', 'no: PAYMENT_NOT_CAPTURED', '', 'PENDING +0 pay:UNANSWERED-0-0'],
    ['event', 'PENDING', 'find', 'PENDING +0 pay:UNANSWERED-0-0'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'PENDING +0 pay:UNANSWERED-0-0'],
  ],
  'a pending payment with a charge': [
    ['Authorize', 'AUTHORIZED', 'find', 'AUTHORIZED +1 pay:AUTHORIZED-0-0'],
    ['Authorize of a second id', 'no: PAYMENT_MISMATCH', '', 'PENDING +0 pay:AUTHORIZED-0-0'],
    ['Capture', 'no: PAYMENT_NOT_AUTHORIZED', '', 'PENDING +0 pay:AUTHORIZED-0-0'],
    ['Void', 'VOIDED', 'void', 'VOIDED +2 pay:VOIDED-0-0'],
    ['Refund', 'no: PAYMENT_NOT_CAPTURED', '', 'PENDING +0 pay:AUTHORIZED-0-0'],
    ['event', 'AUTHORIZED', 'find', 'AUTHORIZED +1 pay:AUTHORIZED-0-0'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'PENDING +0 pay:AUTHORIZED-0-0'],
  ],
  'a waiting payment': [
    ['Authorize', 'ACTION_REQUIRED', 'find', 'ACTION_REQUIRED +0 pay:ACTION_REQUIRED-0-0'],
    [
      'Authorize of a second id',
      'AUTHORIZED',
      'void, find, authorize',
      'AUTHORIZED +4 pay:VOIDED-0-0 second:AUTHORIZED-0-0',
    ],
    ['Capture', 'no: PAYMENT_NOT_AUTHORIZED', '', 'ACTION_REQUIRED +0 pay:ACTION_REQUIRED-0-0'],
    ['Void', 'VOIDED', 'void', 'VOIDED +2 pay:VOIDED-0-0'],
    ['Refund', 'no: PAYMENT_NOT_CAPTURED', '', 'ACTION_REQUIRED +0 pay:ACTION_REQUIRED-0-0'],
    ['event', 'ACTION_REQUIRED', 'find', 'ACTION_REQUIRED +0 pay:ACTION_REQUIRED-0-0'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'ACTION_REQUIRED +0 pay:ACTION_REQUIRED-0-0'],
  ],
  'a waiting payment whose customer approved': [
    ['Authorize', 'AUTHORIZED', 'find', 'AUTHORIZED +1 pay:AUTHORIZED-0-0'],
    [
      'Authorize of a second id',
      'AUTHORIZED',
      'void, find, authorize',
      'AUTHORIZED +4 pay:VOIDED-0-0 second:AUTHORIZED-0-0',
    ],
    ['Capture', 'no: PAYMENT_NOT_AUTHORIZED', '', 'ACTION_REQUIRED +0 pay:AUTHORIZED-0-0'],
    ['Void', 'VOIDED', 'void', 'VOIDED +2 pay:VOIDED-0-0'],
    ['Refund', 'no: PAYMENT_NOT_CAPTURED', '', 'ACTION_REQUIRED +0 pay:AUTHORIZED-0-0'],
    ['event', 'AUTHORIZED', 'find', 'AUTHORIZED +1 pay:AUTHORIZED-0-0'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'ACTION_REQUIRED +0 pay:AUTHORIZED-0-0'],
  ],
  'an authorized payment': [
    ['Authorize', 'AUTHORIZED', '', 'AUTHORIZED +0 pay:AUTHORIZED-0-0'],
    ['Authorize of a second id', 'no: PAYMENT_MISMATCH', '', 'AUTHORIZED +0 pay:AUTHORIZED-0-0'],
    ['Capture', 'CAPTURED', 'capture', 'CAPTURED +2 pay:CAPTURED-1-0'],
    ['Void', 'VOIDED', 'void', 'VOIDED +2 pay:VOIDED-0-0'],
    ['Refund', 'no: PAYMENT_NOT_CAPTURED', '', 'AUTHORIZED +0 pay:AUTHORIZED-0-0'],
    ['event', 'AUTHORIZED', '', 'AUTHORIZED +0 pay:AUTHORIZED-0-0'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'AUTHORIZED +0 pay:AUTHORIZED-0-0'],
  ],
  'a declined payment': [
    ['Authorize', 'no: PAYMENT_DECLINED', '', 'DECLINED +0 pay:DECLINED-0-0'],
    [
      'Authorize of a second id',
      'AUTHORIZED',
      'find, authorize',
      'AUTHORIZED +2 pay:DECLINED-0-0 second:AUTHORIZED-0-0',
    ],
    ['Capture', 'no: PAYMENT_NOT_AUTHORIZED', '', 'DECLINED +0 pay:DECLINED-0-0'],
    ['Void', 'VOIDED', '', 'VOIDED +1 pay:DECLINED-0-0'],
    ['Refund', 'no: PAYMENT_NOT_CAPTURED', '', 'DECLINED +0 pay:DECLINED-0-0'],
    ['event', 'DECLINED', '', 'DECLINED +0 pay:DECLINED-0-0'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'DECLINED +0 pay:DECLINED-0-0'],
  ],
  'a captured payment': [
    ['Authorize', 'CAPTURED', '', 'CAPTURED +0 pay:CAPTURED-1-0'],
    ['Authorize of a second id', 'no: PAYMENT_MISMATCH', '', 'CAPTURED +0 pay:CAPTURED-1-0'],
    ['Capture', 'CAPTURED', '', 'CAPTURED +0 pay:CAPTURED-1-0'],
    ['Void', 'no: PAYMENT_ALREADY_CAPTURED', '', 'CAPTURED +0 pay:CAPTURED-1-0'],
    ['Refund', 'REFUNDED', 'refund', 'REFUNDED +2 pay:REFUNDED-1-1000'],
    ['Refund of 600', 'CAPTURED', 'refund', 'CAPTURED +2 pay:CAPTURED-1-600'],
    ['Refund of 601', 'CAPTURED', 'refund', 'CAPTURED +2 pay:CAPTURED-1-601'],
    ['Refund of 399 under one id', 'CAPTURED', 'refund', 'CAPTURED +2 pay:CAPTURED-1-399'],
    ['Refund under one id', 'REFUNDED', 'refund', 'REFUNDED +2 pay:REFUNDED-1-1000'],
    ['event', 'CAPTURED', '', 'CAPTURED +0 pay:CAPTURED-1-0'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'CAPTURED +0 pay:CAPTURED-1-0'],
  ],
  'a partly refunded payment': [
    ['Authorize', 'CAPTURED', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
    ['Authorize of a second id', 'no: PAYMENT_MISMATCH', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
    ['Capture', 'CAPTURED', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
    ['Void', 'no: PAYMENT_ALREADY_CAPTURED', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
    ['Refund', 'REFUNDED', 'refund', 'REFUNDED +2 pay:REFUNDED-1-1000'],
    ['Refund of 600', 'REFUNDED', 'refund', 'REFUNDED +2 pay:REFUNDED-1-1000'],
    ['Refund of 601', 'no: REFUND_EXCEEDS_CAPTURED', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
    ['Refund of 399 under one id', 'no: REFUND_MISMATCH', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
    ['Refund under one id', 'CAPTURED', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
    ['event', 'CAPTURED', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
  ],
  'a payment whose refund is unknown': [
    ['Authorize', 'CAPTURED', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
    ['Authorize of a second id', 'no: PAYMENT_MISMATCH', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
    ['Capture', 'CAPTURED', 'find refund', 'CAPTURED +1 pay:CAPTURED-1-400'],
    ['Void', 'no: PAYMENT_ALREADY_CAPTURED', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
    ['Refund', 'no: PROVIDER_UNAVAILABLE', 'find refund, refund', 'CAPTURED +2 pay:REFUNDED-1-1000'],
    ['Refund of 600', 'no: PROVIDER_UNAVAILABLE', 'refund', 'CAPTURED +1 pay:REFUNDED-1-1000'],
    ['Refund of 601', 'no: REFUND_EXCEEDS_CAPTURED', 'find refund', 'CAPTURED +1 pay:CAPTURED-1-400'],
    ['Refund of 399 under one id', 'no: REFUND_MISMATCH', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
    ['Refund under one id', 'CAPTURED', 'find refund', 'CAPTURED +1 pay:CAPTURED-1-400'],
    ['event', 'CAPTURED', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'CAPTURED +0 pay:CAPTURED-1-400'],
  ],
  'a refunded payment': [
    ['Authorize', 'no: PAYMENT_ALREADY_REFUNDED', '', 'REFUNDED +0 pay:REFUNDED-1-1000'],
    ['Authorize of a second id', 'no: PAYMENT_ALREADY_REFUNDED', '', 'REFUNDED +0 pay:REFUNDED-1-1000'],
    ['Capture', 'no: PAYMENT_ALREADY_REFUNDED', '', 'REFUNDED +0 pay:REFUNDED-1-1000'],
    ['Void', 'REFUNDED', '', 'REFUNDED +0 pay:REFUNDED-1-1000'],
    ['Refund', 'REFUNDED', '', 'REFUNDED +0 pay:REFUNDED-1-1000'],
    ['Refund of 600', 'no: REFUND_EXCEEDS_CAPTURED', '', 'REFUNDED +0 pay:REFUNDED-1-1000'],
    ['Refund of 601', 'no: REFUND_EXCEEDS_CAPTURED', '', 'REFUNDED +0 pay:REFUNDED-1-1000'],
    ['Refund of 399 under one id', 'no: REFUND_EXCEEDS_CAPTURED', '', 'REFUNDED +0 pay:REFUNDED-1-1000'],
    ['Refund under one id', 'REFUNDED', '', 'REFUNDED +0 pay:REFUNDED-1-1000'],
    ['event', 'REFUNDED', '', 'REFUNDED +0 pay:REFUNDED-1-1000'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'REFUNDED +0 pay:REFUNDED-1-1000'],
  ],
  'a voided payment': [
    ['Authorize', 'no: PAYMENT_VOIDED', '', 'VOIDED +0 pay:VOIDED-0-0'],
    ['Authorize of a second id', 'no: PAYMENT_VOIDED', '', 'VOIDED +0 pay:VOIDED-0-0'],
    ['Capture', 'no: PAYMENT_VOIDED', '', 'VOIDED +0 pay:VOIDED-0-0'],
    ['Void', 'VOIDED', '', 'VOIDED +0 pay:VOIDED-0-0'],
    ['Refund', 'no: PAYMENT_NOT_CAPTURED', '', 'VOIDED +0 pay:VOIDED-0-0'],
    ['event', 'VOIDED', 'void', 'VOIDED +0 pay:VOIDED-0-0'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'VOIDED +0 pay:VOIDED-0-0'],
  ],
  'a tombstone': [
    ['Authorize', 'no: PAYMENT_VOIDED', '', 'VOIDED +0'],
    ['Authorize of a second id', 'no: PAYMENT_VOIDED', '', 'VOIDED +0'],
    ['Capture', 'no: PAYMENT_VOIDED', '', 'VOIDED +0'],
    ['Void', 'VOIDED', '', 'VOIDED +0'],
    ['Refund', 'no: PAYMENT_NOT_CAPTURED', '', 'VOIDED +0'],
    ['event', 'no: PAYMENT_MISMATCH', '', 'VOIDED +0'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'VOIDED +0'],
  ],
  'a Capture that was cut off': [
    ['Authorize', 'AUTHORIZED', '', 'AUTHORIZED +0 pay:AUTHORIZED-0-0'],
    ['Authorize of a second id', 'no: PAYMENT_MISMATCH', '', 'AUTHORIZED +0 pay:AUTHORIZED-0-0'],
    ['Capture', 'CAPTURED', 'capture', 'CAPTURED +1 pay:CAPTURED-1-0'],
    ['Void', 'VOIDED', 'void', 'VOIDED +2 pay:VOIDED-0-0'],
    ['Refund', 'no: PAYMENT_NOT_CAPTURED', 'find', 'AUTHORIZED +0 pay:AUTHORIZED-0-0'],
    ['event', 'AUTHORIZED', '', 'AUTHORIZED +0 pay:AUTHORIZED-0-0'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'AUTHORIZED +0 pay:AUTHORIZED-0-0'],
  ],
  'a Void that was cut off': [
    ['Authorize', 'no: PAYMENT_VOIDED', 'void', 'VOIDED +1 pay:VOIDED-0-0'],
    ['Authorize of a second id', 'no: PAYMENT_VOIDED', 'void', 'VOIDED +1 pay:VOIDED-0-0'],
    ['Capture', 'no: PAYMENT_VOIDED', 'void', 'VOIDED +1 pay:VOIDED-0-0'],
    ['Void', 'VOIDED', 'void', 'VOIDED +1 pay:VOIDED-0-0'],
    ['Refund', 'no: PAYMENT_NOT_CAPTURED', 'void', 'VOIDED +1 pay:VOIDED-0-0'],
    ['event', 'AUTHORIZED', '', 'AUTHORIZED +0 pay:AUTHORIZED-0-0'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'AUTHORIZED +0 pay:AUTHORIZED-0-0'],
  ],
  'a Void of a waiting payment that was cut off': [
    ['Authorize', 'no: PAYMENT_VOIDED', 'void', 'VOIDED +1 pay:VOIDED-0-0'],
    ['Authorize of a second id', 'no: PAYMENT_VOIDED', 'void', 'VOIDED +1 pay:VOIDED-0-0'],
    ['Capture', 'no: PAYMENT_VOIDED', 'void', 'VOIDED +1 pay:VOIDED-0-0'],
    ['Void', 'VOIDED', 'void', 'VOIDED +1 pay:VOIDED-0-0'],
    ['Refund', 'no: PAYMENT_NOT_CAPTURED', 'void', 'VOIDED +1 pay:VOIDED-0-0'],
    ['event', 'VOIDED', 'void', 'VOIDED +1 pay:VOIDED-0-0'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'ACTION_REQUIRED +0 pay:ACTION_REQUIRED-0-0'],
  ],
  'a replacement that was cut off': [
    ['Authorize', 'no: PAYMENT_DECLINED', 'void', 'DECLINED +1 pay:VOIDED-0-0'],
    [
      'Authorize of a second id',
      'AUTHORIZED',
      'void, find, authorize',
      'AUTHORIZED +3 pay:VOIDED-0-0 second:AUTHORIZED-0-0',
    ],
    ['Capture', 'no: PAYMENT_NOT_AUTHORIZED', '', 'ACTION_REQUIRED +0 pay:ACTION_REQUIRED-0-0'],
    ['Void', 'VOIDED', 'void', 'VOIDED +2 pay:VOIDED-0-0'],
    ['Refund', 'no: PAYMENT_NOT_CAPTURED', '', 'ACTION_REQUIRED +0 pay:ACTION_REQUIRED-0-0'],
    ['event', 'DECLINED', 'void', 'DECLINED +1 pay:VOIDED-0-0'],
    ['event of a second id', 'no: PAYMENT_MISMATCH', '', 'ACTION_REQUIRED +0 pay:ACTION_REQUIRED-0-0'],
  ],
};

const STATE_NAMES = new Map(Object.entries(PaymentState).map(([name, value]) => [value, name]));

async function answerOf(call: Promise<{ readonly state: PaymentState }>): Promise<string | undefined> {
  try {
    return STATE_NAMES.get((await call).state);
  } catch (error) {
    return error instanceof CallFailure ? `no: ${error.reason}` : String(error);
  }
}

/** The state and the number of writes since a version; then the state, captures and refunded amount of each charge. */
async function keptOf(order: string, since: number): Promise<string> {
  const found = await store.find(order, never);
  const kept = `${found?.state ?? 'none'} +${(found?.version ?? 0) - since}`;
  const charges = [];
  for (const paymentId of ['pay', 'second']) {
    const charge = await payment.charge(order, paymentId);
    charges.push(
      charge === undefined ? '' : ` ${paymentId}:${charge.state}-${charge.captures}-${charge.refunded_minor}`,
    );
  }
  return kept + charges.join('');
}

let orders = 0;

describe.each(Object.entries(EXPECTED))('a call that meets %s', (state, expected) => {
  test.each(expected)('%s is answered with %s, asks the provider "%s" and leaves %s', async (...row) => {
    const [call, answer, questions, kept] = row;
    const order = `order-${orders++}`;
    await STATES[state]?.(order);
    const before = (await store.find(order, never))?.version ?? 0;
    asked = [];
    expect(await answerOf(CALLS[call]?.(order) ?? Promise.reject(new Error(`no call is named ${call}`)))).toBe(answer);
    expect(asked.join(', ')).toBe(questions);
    expect(await keptOf(order, before)).toBe(kept);
  });
});
