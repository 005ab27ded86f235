import { describe, expect, test } from '@jest/globals';
import type { OrderStatus } from '../../functions/orders/order-status.ts';
import { checkInvariants } from './invariants.ts';
import type { ApiPromise } from './snapshot.ts';
import { changeOrder, expectFinding, SOUND } from './testing/broken-snapshots.ts';

describe('no answer taken back', () => {
  const answers: readonly (readonly [string, ApiPromise, string])[] = [
    ['an accepted order that is missing', { kind: 'order-accepted', order_id: 'gone' }, 'order gone: it was accepted'],
    [
      'a key that led to two orders',
      { kind: 'order-accepted', order_id: 'declined', idempotency_key: 'confirmed' },
      'was first answered with confirmed',
    ],
    [
      'a settled payment that was voided',
      { kind: 'payment-settled', order_id: 'expired' },
      'answered with true, but it is EXPIRED with payment VOIDED',
    ],
    [
      'a settled payment that was refunded',
      { kind: 'payment-settled', order_id: 'refunded' },
      'it is REJECTED with payment REFUNDED',
    ],
    [
      'a settled payment that is not captured',
      { kind: 'payment-settled', order_id: 'waiting' },
      'it is AWAITING_PAYMENT with payment absent',
    ],
    [
      'a settled payment of a missing order',
      { kind: 'payment-settled', order_id: 'gone' },
      'it is not in the orders table with payment absent',
    ],
    [
      'a cancelled order that is missing',
      { kind: 'cancellation-accepted', order_id: 'gone' },
      'its cancellation was accepted, but it is not in the orders table',
    ],
    [
      'a cancelled order that was confirmed',
      { kind: 'cancellation-accepted', order_id: 'confirmed' },
      'but it is CONFIRMED',
    ],
    [
      'a cancelled order that ended otherwise',
      { kind: 'cancellation-accepted', order_id: 'expired' },
      'but it is EXPIRED',
    ],
    [
      'a finished status that changed',
      { kind: 'status-shown', order_id: 'confirmed', status: 'CANCELLED' },
      'shown as CANCELLED, but it is CONFIRMED',
    ],
    [
      'a status of a missing order',
      { kind: 'status-shown', order_id: 'gone', status: 'PENDING' },
      'not in the orders table',
    ],
  ];
  test.each(answers)('%s is found', (_what, answer, finding) => {
    expectFinding({ ...SOUND, answers: [...SOUND.answers, answer] }, 'no answer taken back', finding);
  });

  const sighting = (status: OrderStatus, asked_at: number, answered_at: number): ApiPromise => ({
    kind: 'status-shown',
    order_id: 'confirmed',
    status,
    when: { asked_at, answered_at },
  });

  test('a finished status that was taken back for a while is found, although it is right again', () => {
    const answers = [sighting('CONFIRMED', 10, 20), sighting('PAID', 30, 40), sighting('CONFIRMED', 50, 60)];
    const finding = 'it was shown as CONFIRMED, and afterwards as PAID';
    expectFinding({ ...SOUND, answers }, 'no answer taken back', finding);
    expect(checkInvariants({ ...SOUND, answers: [...answers, sighting('PAID', 41, 45)] }).violations).toHaveLength(1);
  });

  test('an earlier status in an answer that overlaps in time violates nothing', () => {
    const answers = [sighting('CONFIRMED', 10, 20.4), sighting('PAID', 5, 40), sighting('PAID', 21, 40)];
    expect(checkInvariants({ ...SOUND, answers }).verdict).toBe('all hold');
  });

  test('a settled payment of a closed order is found, although its money is captured', () => {
    const settled: ApiPromise = { kind: 'payment-settled', order_id: 'confirmed' };
    const closed = changeOrder('confirmed', { status: 'CANCELLED' });
    expectFinding({ ...closed, answers: [settled] }, 'no answer taken back', 'it is CANCELLED with payment CAPTURED');
  });

  test('a settled payment whose order is paid or parked behind the pivot is kept', () => {
    const settled: ApiPromise = { kind: 'payment-settled', order_id: 'parked' };
    expect(checkInvariants({ ...SOUND, answers: [settled] }).verdict).toBe('all hold');
    const paid = changeOrder('confirmed', { status: 'PAID' });
    const report = checkInvariants({ ...paid, answers: [{ kind: 'payment-settled', order_id: 'confirmed' }] });
    expect(report.violations.filter(({ invariant }) => invariant === 'no answer taken back')).toEqual([]);
  });

  test('the same broken answer, repeated, is reported once', () => {
    const gone: ApiPromise = { kind: 'order-accepted', order_id: 'gone' };
    expect(checkInvariants({ ...SOUND, answers: [gone, gone, gone] }).violations).toHaveLength(1);
  });
});
