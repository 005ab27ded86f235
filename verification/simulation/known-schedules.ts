import { readOrderSaga } from '../../statemachines/read-order-saga.ts';
import { type Fault, NO_FAULT } from './fault.ts';
import {
  type CustomerAction,
  type ExecutionLoss,
  FREE_ITEM,
  type OperatorAction,
  type PaymentMethod,
  type Scenario,
} from './scenario.ts';

/** The order saga's definition as JSON. */
export const ORDER_SAGA_TEXT = readOrderSaga().text;

/** One order, paid at once, without a fault. */
export const FAULTLESS: Scenario = {
  orders: [{ lines: [{ item_id: 'mug', count: 1 }], method: 'tok_visa' }],
  actions: [],
  faults: [],
  apiFaults: [],
  losses: [],
  operators: [],
  seed: 1,
  sweeps: true,
};

const LONG = 2400;
const LATE_BY_SECONDS = [fault('late', 1), fault('late', 1), fault('late', 2), fault('late', 60)];
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
  // The reply to a write is lost, or the write arrives after the one that follows it.
  ...[1, 3, 5, 7].flatMap((call) => [paid(call, fault('reply lost')), paid(call, fault('late', 60))]),
  // An order is paid later, or a later payment is declined.
  ...(['pay', 'pay declined'] as const).map((kind) => ({ ...acted(0), actions: [{ kind, order: 0, atSeconds: 10 }] })),
  // The reservation is recorded, but its reply and all retries are lost.
  paid(1, fault('reply lost'), fault('outage', 120)),
  // A crash in the middle of a refund.
  ...[1, 2, 3, 4].map((steps) => paid(4, fault('reply lost'), fault('defect'), fault('callee crash', steps))),
  // Outages that outlast the retries of each step.
  ...[1, 3, 5, 6, 7].map((call) => paid(call, fault('outage', LONG))),
  paid(2, fault('defect'), fault('outage', LONG)),
  { ...paid(3, fault('outage', LONG)), orders: order('tok_declined') },
  { ...paid(4, fault('outage', LONG)), orders: order('tok_declined') },
  { ...paid(5, fault('outage', LONG)), orders: order(null), actions: cancelAt(20) },
  // The first or the last write succeeds, but its reply and all retries are lost.
  paid(1, fault('reply lost'), fault('outage', LONG)),
  paid(7, fault('reply lost'), fault('outage', LONG)),
  { ...FAULTLESS, orders: order(null), faults: afterCalls(6, fault('reply lost'), fault('outage', LONG)) },
  ...[
    { method: 'tok_declined' as const, calls: 4 },
    { method: null, calls: 5 },
  ].map(({ method, calls }) => ({
    ...paid(calls, fault('reply lost'), fault('outage', LONG)),
    orders: order(method),
  })),
  { ...paid(5, fault('reply lost'), fault('outage', LONG)), orders: order(null), actions: cancelAt(20) },
  // A write is still on its way when its order is parked.
  ...[5, 7].map((call) => paid(call, fault('late', 4000), fault('outage', LONG))),
  { ...paid(4, fault('late', 4000), fault('outage', LONG)), orders: order('tok_declined') },
  { ...paid(5, fault('late', 4000), fault('outage', LONG)), orders: order(null), actions: cancelAt(20) },
  // The orders table is away until parking gives up: the execution ends before its first write.
  paid(1, fault('outage', 3 * 3600)),
  // The engine is down until the hold is short, has expired, or the authorization has lapsed.
  paid(3, fault('caller crash', 800), NO_FAULT, NO_FAULT, fault('defect')),
  paid(3, fault('caller crash', 2800)),
  paid(3, fault('caller crash', 1970)),
  // A cancellation is accepted while the payment is authorized, or declined.
  { ...paid(2, fault('late', 8)), actions: cancelAt(3) },
  { ...paid(2, fault('late', 8)), actions: cancelAt(3), orders: order('tok_declined') },
  { ...paid(0, fault('late', 8)), actions: cancelAt(3) },
  // An earlier try of AwaitPayment arrives while a later one waits.
  { ...FAULTLESS, orders: order(null), faults: afterCalls(2, fault('late after an error', 30)) },
  { ...FAULTLESS, orders: order(null), faults: afterCalls(2, fault('reply lost')) },
  // The order is closed when AwaitPayment arrives.
  { ...FAULTLESS, orders: order(null), faults: afterCalls(2, fault('late', 400)) },
  // The same for an order whose customer has to confirm the payment. The last one is cancelled while AwaitPayment is
  // late.
  ...[fault('late after an error', 30), fault('reply lost'), fault('late', 400)].map((late) => ({
    ...FAULTLESS,
    orders: order('tok_3ds'),
    faults: afterCalls(3, late),
  })),
  { ...FAULTLESS, orders: order('tok_3ds'), faults: afterCalls(3, fault('late', 8)), actions: cancelAt(3) },
  // A duplicate removal arrives after the same idempotency key has placed its order again.
  {
    ...FAULTLESS,
    apiFaults: afterCalls(1, fault('request lost'), fault('duplicate', 10), NO_FAULT, fault('no answer')),
  },
  // The removal of a refused order arrives while a repeated request starts its saga, or before it has recorded the
  // start.
  {
    ...FAULTLESS,
    faults: [fault('late', 14)],
    apiFaults: afterCalls(1, fault('request lost'), fault('late', 8)),
    actions: [{ kind: 'place again', order: 0, atSeconds: 3 }],
  },
  {
    ...FAULTLESS,
    apiFaults: afterCalls(1, fault('request lost'), fault('late', 2), NO_FAULT, fault('late', 2)),
    actions: [{ kind: 'place again', order: 0, atSeconds: 1 }],
  },
  // A cancellation arrives after the order is closed, or all tries of a payment's claim or of its release do.
  { ...acted(4, fault('late', 30)), orders: order('tok_declined'), faults: [fault('late', 8)], actions: cancelAt(3) },
  {
    ...acted(4, fault('late', 60), NO_FAULT, fault('late', 60), NO_FAULT, fault('late', 60)),
    actions: [{ kind: 'pay', order: 0, atSeconds: 100 }],
  },
  {
    ...acted(6, fault('late', 60), NO_FAULT, NO_FAULT, fault('late', 60), NO_FAULT, NO_FAULT, fault('late', 60)),
    actions: [{ kind: 'pay declined', order: 0, atSeconds: 100 }],
  },
  {
    ...acted(6, fault('late', 60), NO_FAULT, NO_FAULT, fault('late', 60), NO_FAULT, NO_FAULT, fault('late', 60)),
    actions: [{ kind: 'pay with confirmation', order: 0, atSeconds: 100 }],
  },
  // The customer confirms a payment, or refuses to; nothing comes of it, it is cancelled, or another payment is tried.
  ...(['approve', 'refuse', 'cancel', 'pay', 'pay declined', 'check status'] as const).map((kind) => ({
    ...acted(0),
    orders: order('tok_3ds'),
    actions: [{ kind, order: 0, atSeconds: 10 }],
  })),
  ...(['approve', 'refuse', 'pay', 'cancel'] as const).map((kind) => ({
    ...acted(0),
    actions: [
      { kind: 'pay with confirmation' as const, order: 0, atSeconds: 5 },
      { kind, order: 0, atSeconds: 20 },
      { kind: 'pay' as const, order: 0, atSeconds: 40 },
    ],
  })),
  // The customer confirms while the saga is on its way to wait, after its window, and before an outage that parks the order.
  ...[0, 125].map((atSeconds) => ({
    ...acted(0),
    orders: order('tok_3ds'),
    faults: afterCalls(3, fault('late', 8)),
    actions: [{ kind: 'approve' as const, order: 0, atSeconds }],
  })),
  {
    ...paid(4, fault('outage', LONG)),
    orders: order('tok_3ds'),
    actions: [{ kind: 'refuse' as const, order: 0, atSeconds: 20 }],
  },
  // A payment dies between its claim and its end. When the claim has expired, another payment or a cancellation follows, while
  // the engine is down and the order waits on.
  ...(['pay', 'cancel'] as const).map((kind) => ({
    ...acted(5, fault('outage', 66)),
    faults: afterCalls(2, fault('caller crash', LONG)),
    actions: [
      { kind: 'pay' as const, order: 0, atSeconds: 5 },
      { kind, order: 0, atSeconds: 75 },
    ],
  })),
  // A redrive fails and parks the order again: behind a later step, or while the first parking is still on its way.
  {
    ...paid(5, ...Array<Fault>(13).fill(fault('request lost')), ...afterCalls(5, fault('outage', LONG))),
    operators: [{ kind: 'redrive', afterSeconds: 60 }],
  },
  {
    ...paid(6, fault('outage', LONG), ...afterCalls(12, fault('late after an error', 3000))),
    operators: [{ kind: 'redrive', afterSeconds: 60 }],
  },
  // An order that costs nothing, and what may befall its calls: 2 RecordFreeOrder, 3 CommitInventory, 4 ConfirmOrder.
  ...[2, 3, 4].flatMap((call) => [
    free(call, fault('reply lost')),
    free(call, fault('late', 60)),
    free(call, fault('defect')),
    free(call, fault('outage', LONG)),
  ]),
  free(2, fault('late', 4000), fault('outage', LONG)),
  { ...free(1, fault('late', 8)), actions: cancelAt(3) },
  // The execution is lost, stopped, or restored from a backup, while one of its calls is under way.
  ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((call) =>
    (['lost', 'stopped', 'restored'] as const).map((kind) => ({
      ...paid(call, fault('late', 100)),
      losses: [loss(kind, 30)],
    })),
  ),
  // A further run cannot record its reservation, while the run before has authorized the card.
  { ...paid(3, fault('outage', 600)), losses: [loss('lost', 1)] },
  // The execution is lost while the order waits for its payment; then nobody comes, or a customer pays or cancels.
  ...(['lost', 'stopped', 'restored'] as const).flatMap((kind) => [
    { ...acted(0), losses: [loss(kind, 20)] },
    ...(['pay', 'pay declined', 'cancel'] as const).map((action) => ({
      ...acted(0),
      losses: [loss(kind, 20)],
      actions: [{ kind: action, order: 0, atSeconds: 40 }],
    })),
  ]),
  // Each further run is lost as well, until the order is parked.
  ...[1, 4, 6].map((call) => ({
    ...paid(call, ...Array<Fault>(40).fill(fault('late', 9000))),
    losses: Array.from({ length: 100 }, (_, index) => loss('lost', 30 * (index + 1))),
  })),
  // Compensation of a lost execution arrives late. It arrives at the end of the run that took its place, or while that
  // run records or commits what is captured. It also arrives where that run is parked, at each step behind the pivot.
  lateCompensation(100, 0),
  lateCompensation(100, 5, fault('outage', 60)),
  lateCompensation(100, 6, fault('caller crash', 200)),
  ...[5, 6, 7].map((call) => lateCompensation(4000, call, fault('outage', LONG))),
  // A confirmed order is refunded, and what may befall the calls: 8 ReturnInventory, 9 RefundPayment, 10 the record.
  ...[8, 9, 10].flatMap((call) => [
    refunded(call, fault('reply lost')),
    refunded(call, fault('late', 100)),
    refunded(call, fault('defect')),
    refunded(call, fault('outage', LONG)),
    { ...refunded(call, fault('late', 100)), losses: [loss('lost', 30)] },
    { ...refunded(call, fault('outage', LONG)), operators: [redriveAfter(60), redriveAfter(60)] },
  ]),
  ...[1, 2, 3].map((steps) => refunded(9, fault('callee crash', steps))),
  // The provider declines the refund; the decline may not be recorded at once.
  { ...refunded(0), orders: order('tok_refund_fails') },
  { ...refunded(10, fault('outage', LONG)), orders: order('tok_refund_fails') },
  // The refund is noted, and its start is lost. Two are asked for at once. The goods come back after the money, or cost nothing.
  { ...refunded(0), apiFaults: afterCalls(5, fault('request lost')) },
  // So it is, while the saga of the order writes its confirmation again, because the reply was lost.
  { ...refunded(7, fault('effect without answer')), apiFaults: afterCalls(5, fault('request lost')) },
  { ...refunded(0), apiFaults: afterCalls(4, fault('late', 5)), actions: [refundAt(10), refundAt(12)] },
  { ...refunded(0), actions: [{ ...refundAt(10), kind: 'refund' }, refundAt(300)] },
  { ...free(0), actions: [refundAt(10)] },
  // An operator gives a parked order up: before the pivot, behind it, and when its stock is sold.
  ...[3, 6, 7].map((call) => ({ ...paid(call, fault('outage', LONG)), operators: [abandonAfter(LONG)] })),
  { ...paid(2, fault('defect'), fault('outage', LONG)), operators: [abandonAfter(60)] },
  { ...free(3, fault('outage', LONG)), operators: [abandonAfter(LONG)] },
  // A start takes effect four minutes late, when the reconciliation has long started a further run: both would wait for the payment.
  {
    ...acted(
      1,
      fault('late', 1),
      fault('late', 240),
      NO_FAULT,
      fault('late', 60),
      fault('late', 2),
      ...LATE_BY_SECONDS,
    ),
    orders: [...order(null), ...order('tok_refund_fails')],
    losses: [loss('lost', 0)],
    seed: 30,
    sweeps: false,
  },
];

/** A paid order that is refunded, its goods coming back, with faults of the sagas' calls. */
function refunded(calls: number, ...faults: readonly Fault[]): Scenario {
  return { ...paid(calls, ...faults), actions: [refundAt(10)] };
}

function refundAt(atSeconds: number): CustomerAction {
  return { kind: 'refund with return', order: 0, atSeconds };
}

function redriveAfter(afterSeconds: number): OperatorAction {
  return { kind: 'redrive', afterSeconds };
}

function free(calls: number, ...faults: readonly Fault[]): Scenario {
  return { ...paid(calls, ...faults), orders: [{ lines: [{ item_id: FREE_ITEM, count: 1 }], method: 'tok_visa' }] };
}

function loss(kind: ExecutionLoss['kind'], atSeconds: number): ExecutionLoss {
  return { kind, order: 0, atSeconds, backupSeconds: atSeconds - 1 };
}

/**
 * The first ReserveInventory fails, and its execution is lost while VoidPayment is under way for so many seconds. The order is
 * started again after a minute.
 *
 * @param calls of the second execution before the first fault
 */
function lateCompensation(seconds: number, calls: number, ...faults: readonly Fault[]): Scenario {
  return {
    ...paid(0, fault('defect'), fault('late', seconds), ...afterCalls(calls, ...faults)),
    losses: [loss('lost', 1)],
  };
}

function abandonAfter(afterSeconds: number): OperatorAction {
  return { kind: 'abandon', afterSeconds };
}

/**
 * An order without a payment method, with faults of the API's calls. Those before a customer acts: 0 the placement, 1 the
 * start, 2 a read of the status, 3 the first read of the request itself.
 */
function acted(calls: number, ...faults: readonly Fault[]): Scenario {
  return { ...FAULTLESS, orders: order(null), apiFaults: afterCalls(calls, ...faults) };
}
