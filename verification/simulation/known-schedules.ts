import { type Fault, NO_FAULT } from './fault.ts';
import { QUIET } from './quiet-schedules.ts';
import type { CustomerAction, PaymentMethod, Scenario } from './scenario.ts';

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

/** A paid order: ReserveInventory, RecordReservation, AuthorizePayment, RecordAuthorization, CapturePayment, RecordPayment, CommitInventory, ConfirmOrder. */
function paid(calls: number, ...faults: readonly Fault[]): Scenario {
  return {
    ...QUIET,
    faults: afterCalls(calls, ...faults),
  };
}

/**
 * Schedules in which a hazard shows that random ones meet seldom; every exploration begins with them. What a random schedule
 * found once belongs here.
 */
export const KNOWN_SCHEDULES: readonly Scenario[] = [
  // A step that gives up when something of it may still come.
  { ...paid(0, fault('late', 60), fault('defect')), sweeps: false },
  { ...paid(2, fault('late', 60), fault('defect')), sweeps: false },
  ...[0, 1, 2, 3, 4].flatMap((call) => [paid(call, fault('defect')), paid(call, fault('defect', 1, 1))]),
  { ...QUIET, orders: order(null), faults: afterCalls(2, fault('defect')) },
  // A process that dies, or is slow, in the middle of a refund.
  ...[1, 2, 3].map((steps) => paid(4, fault('reply lost'), fault('defect'), fault('dies half-way', steps))),
  // Outages that outlast the retries of each step.
  ...[1, 3, 5, 6, 7].map((call) => paid(call, fault('outage', LONG))),
  paid(2, fault('defect'), fault('outage', LONG)),
  { ...paid(3, fault('outage', LONG)), orders: order('tok_declined') },
  { ...paid(4, fault('outage', LONG)), orders: order('tok_declined') },
  { ...paid(5, fault('outage', LONG)), orders: order(null), actions: cancelAt(20) },
  // The last write arrives, and nobody hears of it until its retries are used up.
  paid(7, fault('reply lost'), fault('outage', LONG)),
  // The engine stands still: until the hold is short, until it has run out, until the authorization has lapsed.
  paid(3, fault('caller crash', 700), NO_FAULT, NO_FAULT, fault('defect')),
  paid(3, fault('caller crash', 2800)),
  paid(3, fault('caller crash', 1850)),
  // A cancellation is accepted while the payment is authorized, or declined.
  { ...paid(2, fault('late', 8)), actions: cancelAt(3) },
  { ...paid(2, fault('late', 8)), actions: cancelAt(3), orders: order('tok_declined') },
  { ...paid(0, fault('late', 8)), actions: cancelAt(3) },
  // A former try of AwaitPayment arrives when a later one waits.
  { ...QUIET, orders: order(null), faults: afterCalls(2, fault('late after an error', 30)) },
  // A removal arrives once more when the same key has placed its order anew.
  {
    ...QUIET,
    apiFaults: afterCalls(1, fault('request lost'), fault('duplicate', 10), NO_FAULT, fault('silence')),
  },
];
