import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ProviderOutcome } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';

let payment: TestPayment;

beforeAll(async () => {
  payment = await startPayment();
});

afterAll(() => payment.close());

const ORDER_ID = 'order_id: must be 1 to 64 letters, digits or hyphens';
const PAYMENT_ID = 'payment_id: must be 1 to 64 letters, digits, hyphens, underscores, dots or colons';
const EUROS = { minorUnits: 1, currency: 'EUR' };

/** Each call with an order that has no payment. What passes the limits is answered, or refused for another reason. */
const CALLS = {
  authorize: (change: object) => {
    const request = { orderId: 'order', paymentId: 'pay', method: 'tok_declined', amount: EUROS, ...change };
    return call(payment.client, payment.client.authorize, request);
  },
  capture: (change: object) => call(payment.client, payment.client.capture, { orderId: 'none', ...change }),
  void: (change: object) => call(payment.client, payment.client.void, { orderId: 'void', reason: '', ...change }),
  refund: (change: object) => {
    const request = { orderId: 'none', reason: '', refundId: '', amount: undefined, ...change };
    return call(payment.client, payment.client.refund, request);
  },
  getPayment: (change: object) => call(payment.client, payment.client.getPayment, { orderId: 'none', ...change }),
  recordProviderEvent: (change: object) => {
    const request = { eventId: 'e', orderId: 'none', paymentId: 'pay', outcome: ProviderOutcome.AUTHORIZED, ...change };
    return call(payment.client, payment.client.recordProviderEvent, request);
  },
  listPaymentsToReconcile: (change: object) => {
    const request = { olderThanSeconds: 0, pageSize: 0, pageToken: '', ...change };
    return call(payment.client, payment.client.listPaymentsToReconcile, request);
  },
  acknowledgePayment: (change: object) => {
    const request = { orderId: 'none', seenUpdatedAt: new Date(), ...change };
    return call(payment.client, payment.client.acknowledgePayment, request);
  },
  simulateCustomerAction: (change: object) => {
    const request = { orderId: 'none', paymentId: 'pay', reference: 'ch_1', approve: true, ...change };
    return call(payment.client, payment.client.simulateCustomerAction, request);
  },
} as const;

function long(length: number): string {
  return 'x'.repeat(length);
}

describe('a request outside a limit is refused with the field and the limit', () => {
  test.each<readonly [keyof typeof CALLS, string, object]>([
    ['authorize', ORDER_ID, { orderId: long(65) }],
    ['authorize', PAYMENT_ID, { paymentId: long(65) }],
    ['authorize', 'method: is required', { method: '' }],
    ['authorize', 'method: must have at most 200 characters', { method: long(201) }],
    ['authorize', 'amount: is required', { amount: undefined }],
    ['authorize', 'amount.minor_units: must be at least 0', { amount: { ...EUROS, minorUnits: -1 } }],
    ['capture', ORDER_ID, { orderId: '' }],
    ['void', ORDER_ID, { orderId: '' }],
    ['void', 'reason: must have at most 500 characters', { reason: long(501) }],
    ['refund', ORDER_ID, { orderId: '' }],
    ['refund', 'reason: must have at most 500 characters', { reason: long(501) }],
    [
      'refund',
      'refund_id: must be 1 to 64 letters, digits, hyphens, underscores, dots or colons',
      { refundId: long(65) },
    ],
    ['refund', 'amount.minor_units: must be at least 1', { amount: { ...EUROS, minorUnits: 0 } }],
    ['getPayment', ORDER_ID, { orderId: '' }],
    [
      'recordProviderEvent',
      'event_id: must be 1 to 64 letters, digits, hyphens, underscores, dots or colons',
      { eventId: long(65) },
    ],
    ['recordProviderEvent', ORDER_ID, { orderId: '' }],
    ['recordProviderEvent', PAYMENT_ID, { paymentId: '' }],
    ['recordProviderEvent', 'outcome: must be a ProviderOutcome', { outcome: 3 }],
    ['listPaymentsToReconcile', 'older_than_seconds: must be at least 0', { olderThanSeconds: -1 }],
    ['listPaymentsToReconcile', 'older_than_seconds: must be at most 86,400 (a day)', { olderThanSeconds: 86_401 }],
    ['listPaymentsToReconcile', 'page_size: must be 1 to 100, or 0 for 50', { pageSize: -1 }],
    ['listPaymentsToReconcile', 'page_size: must be at most 100', { pageSize: 101 }],
    ['listPaymentsToReconcile', 'page_token: must be a next_page_token of this service', { pageToken: 'x' }],
    ['acknowledgePayment', ORDER_ID, { orderId: '' }],
    ['acknowledgePayment', 'seen_updated_at: is required', { seenUpdatedAt: undefined }],
    ['simulateCustomerAction', ORDER_ID, { orderId: '' }],
    ['simulateCustomerAction', PAYMENT_ID, { paymentId: '' }],
    ['simulateCustomerAction', 'reference: is required', { reference: '' }],
    ['simulateCustomerAction', 'reference: must have at most 100 characters', { reference: long(101) }],
  ])('%s: %s', async (rpc, details, change) => {
    const refusal = await failureOf(CALLS[rpc](change));
    expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'INVALID_ARGUMENT', details });
    expect(refusal.metadata).toEqual({ field: details.split(':')[0] });
  });
});

describe('a request at its limits is taken', () => {
  test.each<readonly [keyof typeof CALLS, object, string | undefined]>([
    ['authorize', { orderId: long(64), paymentId: 'x', method: 'x' }, 'INVALID_PAYMENT_METHOD'],
    ['authorize', { orderId: 'x', paymentId: long(64), method: long(200) }, 'INVALID_PAYMENT_METHOD'],
    ['refund', { reason: long(500), refundId: long(64), amount: EUROS }, 'PAYMENT_NOT_CAPTURED'],
    ['recordProviderEvent', { eventId: long(64), outcome: ProviderOutcome.UNSPECIFIED }, 'PAYMENT_NOT_FOUND'],
    ['recordProviderEvent', { eventId: 'x', outcome: ProviderOutcome.DECLINED }, 'PAYMENT_NOT_FOUND'],
    ['listPaymentsToReconcile', { olderThanSeconds: 86_400, pageSize: 100 }, undefined],
    ['listPaymentsToReconcile', { olderThanSeconds: 0, pageSize: 1 }, undefined],
    ['simulateCustomerAction', { reference: long(100) }, 'CUSTOMER_ACTION_NOT_FOUND'],
    ['simulateCustomerAction', { reference: 'x', approve: false }, 'CUSTOMER_ACTION_NOT_FOUND'],
  ])('%s with %o', async (rpc, change, reason) => {
    const answer = CALLS[rpc](change);
    if (reason === undefined) {
      await expect(answer).resolves.toBeDefined();
    } else {
      expect((await failureOf(answer)).reason).toBe(reason);
    }
  });
});
