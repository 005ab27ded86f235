import { UNSPREAD_KEY } from '../../functions/common/spread-key.ts';
import type { OrderStatus } from '../../functions/orders/order-status.ts';
import type { OrderCase } from './order-case.ts';
import { isFree, type OrderSnapshot } from './snapshot.ts';
import { orderViolation, type Violation } from './violation.ts';

type Attribute = Exclude<keyof OrderSnapshot, 'order_id' | 'status' | 'lines' | 'timeline' | 'created_at'>;

/** Attributes that the record of an order has in a status, and those that it must not have. The others are free. */
interface Rule {
  readonly has: readonly Attribute[];
  readonly lacks: readonly Attribute[];
}

const PRICED = ['amount_minor', 'currency'] as const;
/** By these the reconciliation finds an open order. */
const DUE = ['saga_due', 'saga_due_at'] as const;
/**
 * `start_pending` makes the schedule start the saga. A task token completes a task, so it is kept no longer than
 * needed. The same holds for the page on which the customer confirms the payment.
 */
const UNDER_WAY = ['start_pending', 'task_token', 'payment_action_url', 'reason_code', 'reason'] as const;
const PAID_RULE: Rule = {
  has: [...PRICED, 'payment_id'],
  lacks: [...UNDER_WAY, 'cancel_requested_at'],
};
const CLOSED: Rule = {
  has: ['reason_code', 'reason'],
  lacks: ['start_pending', 'task_token', 'payment_action_url', 'parked_step', ...DUE],
};
const REFUSED: Rule = { has: CLOSED.has, lacks: [...CLOSED.lacks, 'cancel_requested_at'] };

const RULES: Readonly<Record<OrderStatus, Rule>> = {
  PENDING: { has: DUE, lacks: ['task_token', 'payment_action_url', 'reason_code', 'reason', 'parked_step'] },
  RESERVED: { has: [...PRICED, ...DUE], lacks: [...UNDER_WAY, 'parked_step'] },
  AWAITING_PAYMENT: {
    has: [...PRICED, 'task_token', 'task_attempt', 'payment_due_at', ...DUE],
    lacks: ['start_pending', 'reason_code', 'reason', 'parked_step'],
  },
  AUTHORIZED: { has: [...PAID_RULE.has, ...DUE], lacks: [...PAID_RULE.lacks, 'parked_step'] },
  PAID: { has: [...PAID_RULE.has, ...DUE], lacks: PAID_RULE.lacks },
  CONFIRMED: { has: PAID_RULE.has, lacks: [...PAID_RULE.lacks, 'parked_step'] },
  REJECTED: REFUSED,
  EXPIRED: REFUSED,
  CANCELLED: { has: [...CLOSED.has, 'cancel_requested_at'], lacks: CLOSED.lacks },
  // Its reason is for operators.
  NEEDS_ATTENTION: {
    has: ['parked_step', 'parked_at_redrive_count'],
    lacks: ['start_pending', 'task_token', 'payment_action_url', 'reason_code', ...DUE],
  },
};

/** Statuses in which the lines have the prices of the reservation. */
const PRICED_STATUSES: ReadonlySet<OrderStatus> = new Set(
  (Object.keys(RULES) as OrderStatus[]).filter((status) => RULES[status].has.includes('amount_minor')),
);

/**
 * The record of an order fits its status. It has what the status needs and nothing that misleads a customer, an
 * operator or the schedule. Its timeline ends with its status, and its amount is the sum of its lines. Every write
 * keeps this, so it holds at any moment.
 */
export function findUnsoundRecord({ order }: Pick<OrderCase, 'order'>): readonly Violation[] {
  if (order === undefined) {
    return [];
  }
  return [
    ...attributeFindings(order),
    ...claimFindings(order),
    ...dueFindings(order),
    ...timelineFindings(order),
    ...priceFindings(order),
  ].map((finding) => orderViolation('the record of an order fits its status', order.order_id, finding));
}

function attributeFindings(order: OrderSnapshot): readonly string[] {
  const { has: needed, lacks } = RULES[order.status];
  const has = isFree(order) ? needed.filter((name) => name !== 'payment_id') : needed;
  return [
    ...has.filter((name) => order[name] === undefined).map((name) => `it is ${order.status} without ${name}`),
    ...lacks.filter((name) => order[name] !== undefined).map((name) => `it is ${order.status}, but has ${name}`),
  ];
}

function claimFindings({ status, payment_id, payment_claimed_at }: OrderSnapshot): readonly string[] {
  if (payment_claimed_at !== undefined && payment_id === undefined) {
    return ['it has payment_claimed_at without payment_id'];
  }
  // A claim without a time would never expire.
  return status === 'AWAITING_PAYMENT' && payment_id !== undefined && payment_claimed_at === undefined
    ? ['it is claimed by a payment without payment_claimed_at']
    : [];
}

/** The reconciliation would not find a row under another key; older versions write one for all orders. */
function dueFindings({ order_id, saga_due }: OrderSnapshot): readonly string[] {
  const isFound = saga_due === undefined || saga_due === UNSPREAD_KEY || order_id.endsWith(saga_due);
  return isFound ? [] : [`its key of the index saga-due is ${saga_due}`];
}

function timelineFindings({ status, updated_at, timeline }: OrderSnapshot): readonly string[] {
  const last = timeline.at(-1);
  if (last === undefined) {
    return ['its timeline is empty'];
  }
  const findings: string[] = [];
  if (last.status !== status) {
    findings.push(`it is ${status}, but its timeline ends with ${last.status}`);
  }
  if (updated_at !== last.at) {
    findings.push(`it was updated at ${updated_at ?? 'no time'}, but its timeline ends at ${last.at}`);
  }
  return findings;
}

function priceFindings({ status, lines, amount_minor }: OrderSnapshot): readonly string[] {
  // Old orders may have lost their lines; see Expectations.recordsKept.
  if (!PRICED_STATUSES.has(status) || lines.length === 0) {
    return [];
  }
  const sum = lines.reduce((total, { count, unit_price_minor = Number.NaN }) => total + count * unit_price_minor, 0);
  return sum === amount_minor ? [] : [`its lines cost ${sum}, but its amount is ${amount_minor ?? 'absent'}`];
}
