import type { OrderStatus } from '../../../functions/orders/order-status.ts';
import type {
  ChargeSnapshot,
  ChargeState,
  OrderSnapshot,
  PaymentState,
  ReservationState,
  Snapshot,
} from '../snapshot.ts';

const TAKEN_AT = '2026-01-02T03:10:00.000Z';
const UPDATED_AT = '2026-01-02T03:04:06.000Z';
const ITEM_ID = 'item';

/** One order of two units, as it should look at one of its possible ends. */
interface SoundOrder {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly reservation?: ReservationState;
  readonly payment?: PaymentState;
  readonly charge?: ChargeState;
}

const SOUND_ORDERS: readonly SoundOrder[] = [
  { order_id: 'confirmed', status: 'CONFIRMED', reservation: 'COMMITTED', payment: 'CAPTURED', charge: 'CAPTURED' },
  { order_id: 'declined', status: 'REJECTED', reservation: 'RELEASED', payment: 'VOIDED', charge: 'DECLINED' },
  { order_id: 'out-of-stock', status: 'REJECTED', reservation: 'REFUSED' },
  { order_id: 'never-reserved', status: 'REJECTED' },
  { order_id: 'cancelled', status: 'CANCELLED', reservation: 'RELEASED', payment: 'VOIDED' },
  { order_id: 'refunded', status: 'REJECTED', reservation: 'RELEASED', payment: 'REFUNDED', charge: 'REFUNDED' },
  { order_id: 'expired', status: 'EXPIRED', reservation: 'EXPIRED', payment: 'VOIDED' },
  { order_id: 'waiting', status: 'AWAITING_PAYMENT', reservation: 'HELD' },
  { order_id: 'parked', status: 'NEEDS_ATTENTION', reservation: 'HELD', payment: 'CAPTURED', charge: 'CAPTURED' },
];

/** A hand-made snapshot in which every invariant holds, with one order at each possible end, for tests to break. */
export function soundSnapshot(): Snapshot {
  return {
    taken_at: TAKEN_AT,
    orders: SOUND_ORDERS.map(({ order_id, status }) => orderRecord(order_id, status)),
    items: [{ item_id: ITEM_ID, stocked: 100, available: 94, held: 4, sold: 2 }],
    reservations: SOUND_ORDERS.flatMap(({ order_id, reservation }) =>
      reservation === undefined ? [] : [{ order_id, state: reservation, lines: [{ item_id: ITEM_ID, count: 2 }] }],
    ),
    payments: SOUND_ORDERS.flatMap(({ order_id, payment }) =>
      payment === undefined ? [] : [{ order_id, state: payment, amount_minor: 500, currency: 'USD' }],
    ),
    charges: SOUND_ORDERS.flatMap(({ order_id, charge }) =>
      charge === undefined ? [] : [chargeRecord(order_id, charge)],
    ),
    executions: SOUND_ORDERS.map(({ order_id, status }) => ({ order_id, ...executionOf(status) })),
    answers: [
      ...SOUND_ORDERS.map(({ order_id }) => ({ kind: 'order-accepted', order_id, idempotency_key: order_id }) as const),
      { kind: 'payment-settled', order_id: 'confirmed' },
      { kind: 'cancellation-accepted', order_id: 'cancelled' },
      { kind: 'status-shown', order_id: 'confirmed', status: 'PENDING' },
      { kind: 'status-shown', order_id: 'confirmed', status: 'CONFIRMED' },
    ],
  };
}

function orderRecord(order_id: string, status: OrderStatus): OrderSnapshot {
  return {
    order_id,
    status,
    lines: [{ item_id: ITEM_ID, count: 2, unit_price_minor: 250 }],
    amount_minor: 500,
    currency: 'USD',
    created_at: '2026-01-02T03:04:05.000Z',
    updated_at: UPDATED_AT,
    timeline: [{ at: UPDATED_AT, status, what: 'The order came to where it is' }],
    ...attributesOf(status),
  };
}

/** What the record of an order has in one of the statuses above, and in no other. */
function attributesOf(status: OrderStatus): Partial<OrderSnapshot> {
  switch (status) {
    case 'AWAITING_PAYMENT':
      return {
        payment_due_at: '2026-01-02T03:19:05.000Z',
        task_token: 'present',
        task_attempt: 0,
        saga_due: 'Y',
        saga_due_at: '2026-01-02T03:21:05.000Z',
      };
    case 'CONFIRMED':
      return { payment_id: 'payment' };
    case 'REJECTED':
    case 'EXPIRED':
      return { reason_code: 'SOME_CODE', reason: 'a sentence' };
    case 'CANCELLED':
      return { reason_code: 'CANCELLED_BY_CUSTOMER', reason: 'a sentence', cancel_requested_at: UPDATED_AT };
    case 'NEEDS_ATTENTION':
      return { parked_step: 'CommitInventory', parked_at_redrive_count: 0 };
    default:
      return {};
  }
}

function chargeRecord(order_id: string, state: ChargeState): ChargeSnapshot {
  const captures = state === 'CAPTURED' || state === 'REFUNDED' ? 1 : 0;
  const refunds = state === 'REFUNDED' ? 1 : 0;
  return { charge_id: `charge-${order_id}`, order_id, state, amount_minor: 500, currency: 'USD', captures, refunds };
}

function executionOf(status: OrderStatus) {
  if (status === 'NEEDS_ATTENTION') {
    return { status: 'FAILED', redrivable: true } as const;
  }
  return { status: status === 'AWAITING_PAYMENT' ? 'RUNNING' : 'SUCCEEDED' } as const;
}
