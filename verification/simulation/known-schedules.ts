import { readOrderSaga } from '../../statemachines/read-order-saga.ts';
import { type Fault, NO_FAULT } from './fault.ts';
import type { CustomerAction, PaymentMethod, Scenario } from './scenario.ts';

/** The order saga's definition as JSON. */
export const ORDER_SAGA_TEXT = readOrderSaga().text;

/** One order, paid at once, without a fault. */
export const FAULTLESS: Scenario = {
  orders: [{ lines: [{ item_id: 'mug', count: 1 }], method: 'tok_visa' }],
  actions: [],
  faults: [],
  apiFaults: [],
  redrives: [],
  seed: 1,
  sweeps: true,
};

const LONG = 2400;
function fault(kind: Fault['kind'], seconds = 1, error = 0): Fault {
  return { kind, seconds, error };
}
function afterCalls(calls: number, ...faults: readonly Fault[]) {
  return [...Array<Fault>(calls).fill(NO_FAULT), ...faults];
}
function order(method: PaymentMethod | null) {
  return [{ lines: [{ item_id: 'mug', count: 1 }], method }];
}
function cancelAt(atSeconds: number): readonly CustomerAction[] {
  return [{ kind: 'cancel', order: 0, atSeconds }];
}

/**
 * A paid order. Its calls, by index: 0 ReserveInventory, 1 RecordReservation, 2 AuthorizePayment, 3 RecordAuthorization,
 * 4 CapturePayment, 5 RecordPayment, 6 CommitInventory, 7 ConfirmOrder.
 */
function paid(calls: number, ...faults: readonly Fault[]): Scenario {
  return {
    ...FAULTLESS,
    faults: afterCalls(calls, ...faults),
  };
}

/**
 * Schedules of hazards that random ones seldom reach; every exploration starts with them. Add each schedule with which a
 * random exploration found a bug.
 */
export const KNOWN_SCHEDULES: readonly Scenario[] = [
  // A step fails while one of its earlier calls may still take effect.
  { ...paid(0, fault('late', 60), fault('defect')), sweeps: false },
  { ...paid(2, fault('late', 60), fault('defect')), sweeps: false },
  ...[0, 1, 2, 3, 4].flatMap((call) => [paid(call, fault('defect')), paid(call, fault('defect', 1, 1))]),
  { ...FAULTLESS, orders: order(null), faults: afterCalls(2, fault('defect')) },
  // A crash in the middle of a refund.
  ...[1, 2, 3].map((steps) => paid(4, fault('reply lost'), fault('defect'), fault('callee crash', steps))),
  // Outages that outlast the retries of each step.
  ...[1, 3, 5, 6, 7].map((call) => paid(call, fault('outage', LONG))),
  paid(2, fault('defect'), fault('outage', LONG)),
  { ...paid(3, fault('outage', LONG)), orders: order('tok_declined') },
  { ...paid(4, fault('outage', LONG)), orders: order('tok_declined') },
  { ...paid(5, fault('outage', LONG)), orders: order(null), actions: cancelAt(20) },
  // The last write succeeds, but its reply and all retries are lost.
  paid(7, fault('reply lost'), fault('outage', LONG)),
  // The engine is down until the hold is short, has expired, or the authorization has lapsed.
  paid(3, fault('caller crash', 700), NO_FAULT, NO_FAULT, fault('defect')),
  paid(3, fault('caller crash', 2800)),
  paid(3, fault('caller crash', 1850)),
  // A cancellation is accepted while the payment is authorized, or declined.
  { ...paid(2, fault('late', 8)), actions: cancelAt(3) },
  { ...paid(2, fault('late', 8)), actions: cancelAt(3), orders: order('tok_declined') },
  { ...paid(0, fault('late', 8)), actions: cancelAt(3) },
  // An earlier try of AwaitPayment arrives while a later one waits.
  { ...FAULTLESS, orders: order(null), faults: afterCalls(2, fault('late after an error', 30)) },
  // A duplicate removal arrives after the same idempotency key has placed its order again.
  {
    ...FAULTLESS,
    apiFaults: afterCalls(1, fault('request lost'), fault('duplicate', 10), NO_FAULT, fault('no answer')),
  },
];
