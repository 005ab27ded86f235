import { expect, test } from '@jest/globals';
import { readOrderSaga } from '../../statemachines/read-order-saga.ts';
import { isFinal, LEGAL_TRANSITIONS, ORDER_STATUSES, type OrderStatus } from './order-status.ts';

test('every status leads to a final one', () => {
  for (const start of ORDER_STATUSES) {
    const reached = new Set<OrderStatus>([start]);
    for (const status of reached) {
      for (const next of LEGAL_TRANSITIONS[status]) {
        reached.add(next);
      }
    }
    expect([...reached].some(isFinal)).toBe(true);
  }
});

test('a paid order is confirmed or parked, and nothing else', () => {
  expect(LEGAL_TRANSITIONS.PAID).toEqual(['CONFIRMED', 'NEEDS_ATTENTION']);
});

/** A write of the state machine: the statuses that its condition allows, and the status that it writes. */
interface Write {
  readonly name: string;
  readonly from: readonly OrderStatus[];
  readonly to: OrderStatus;
}

test('the conditions of the state machine’s writes allow only legal transitions', () => {
  const writes = listedWrites();
  expect(writes.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['RecordReservation', 'RecordAuthorization', 'RecordPayment', 'ConfirmOrder']),
  );
  for (const { name, from, to } of writes) {
    for (const status of from) {
      const legal = status === to || LEGAL_TRANSITIONS[status].includes(to);
      expect(`${name}: ${status} to ${to} ${legal ? 'is' : 'is not'} legal`).toBe(
        `${name}: ${status} to ${to} is legal`,
      );
    }
  }
});

function listedWrites(): readonly Write[] {
  return Object.entries(readOrderSaga().definition.States).flatMap(([name, { Arguments }]) => {
    const listed = /^#status IN \(([^)]*)\)/.exec(Arguments?.ConditionExpression ?? '')?.[1];
    const to = Arguments?.ExpressionAttributeValues?.[':to']?.S;
    if (listed === undefined || to === undefined) {
      return [];
    }
    const from = listed.split(', ').map((value) => value.slice(1) as OrderStatus);
    return [{ name, from, to: to as OrderStatus }];
  });
}
