import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { RetryableError } from '../../common/errors.ts';
import type { Order, TimelineEntry } from '../order.ts';
import { isFinal } from '../order-status.ts';
import { type OrderTable, readOrder } from '../order-table.ts';
import { dueValues, type OnTable, sendUpdate } from '../order-writes.ts';
import type { Refund } from './refund.ts';
import {
  parkedRefundStep,
  type RefundLedger,
  refundableMinor,
  refundedMinor,
  refundLedger,
  refundsOfStatus,
} from './refund-ledger.ts';

// Every change of an order's refunds is one write, `ledgerWrite`. It is made only where status and refunds are as they were
// read, so that two refunds at once never add up to more than was captured. A writer that lost reads and decides again.

/** A change of one refund. */
export interface LedgerChange {
  readonly refundId: string;
  /** The refund from now on. */
  readonly refund: Refund;
  /** What the timeline says of it; absent: the order's timeline and `updated_at` stay. */
  readonly entry?: Omit<TimelineEntry, 'status'>;
  /** When the reconciliation looks at the order's refunds; absent: as before. */
  readonly dueAt?: Date;
}

/** How an order's refunds change; undefined: not at all. May throw, where the order does not allow the change. */
export type DecideChange = (order: Order) => LedgerChange | undefined;

/** The order after a change of its refunds. */
export interface ChangedLedger {
  /** Undefined where there is no such order. */
  readonly order: Order | undefined;
  /** False where nothing was to be changed. */
  readonly changed: boolean;
}

/** Writers of one order's refunds are few; each of these attempts reads what the last winner wrote. */
const ATTEMPTS = 10;

/**
 * Changes a refund of an order, as decided from the order as it stands.
 *
 * @throws RetryableError where DynamoDB does not reply; and what `decide` throws
 */
export async function changeLedger(table: OrderTable, orderId: string, decide: DecideChange): Promise<ChangedLedger> {
  let order = await readOrder(table, orderId);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const change = order === undefined ? undefined : decide(order);
    if (order === undefined || change === undefined) {
      return { order, changed: false };
    }
    const ledger = { ...refundLedger(order), [change.refundId]: change.refund };
    const write = await sendUpdate(table, ledgerWrite(order, ledger, change));
    if (write.applied) {
      return { order: write.order, changed: true };
    }
    order = write.order;
  }
  throw new RetryableError('ORDERS_UNAVAILABLE', 'the refunds of the order are written by others all the time');
}

/** Takes an order without open refunds out of the reconciliation's index. @throws RetryableError */
export async function settleLedger(table: OrderTable, order: Order): Promise<void> {
  await sendUpdate(table, ledgerWrite(order, refundLedger(order), {}));
}

/** The write of an order's refunds, and of all that follows from them. */
export function ledgerWrite(
  order: Order,
  refunds: RefundLedger,
  { entry, dueAt }: Pick<LedgerChange, 'entry' | 'dueAt'>,
) {
  const version = order.refund_version ?? 0;
  const sameVersion = version === 0 ? 'attribute_not_exists(refund_version)' : 'refund_version = :seen_version';
  const parkedStep = parkedRefundStep(refunds);
  // The times of an open order are those of its own saga.
  const isOver = isFinal(order.status);
  const isOpen = refundsOfStatus(refunds, 'REQUESTED').length > 0;
  const set = [
    'refunds = :refunds, refund_version = :version, refundable_minor = :refundable, refunded_minor = :refunded',
    ...(entry === undefined ? [] : ['updated_at = :at, timeline = list_append(timeline, :entry)']),
    ...(isOver && isOpen && dueAt !== undefined ? ['saga_due = :due_key, saga_due_at = :due'] : []),
    ...(parkedStep === undefined ? [] : ['refund_parked_step = :parked_step']),
  ];
  const remove = [
    ...(isOver && !isOpen ? ['saga_due, saga_due_at'] : []),
    ...(parkedStep === undefined ? ['refund_parked_step'] : []),
  ];
  return {
    Key: { order_id: order.order_id },
    UpdateExpression: `SET ${set.join(', ')}${remove.length === 0 ? '' : ` REMOVE ${remove.join(', ')}`}`,
    ConditionExpression: `#status = :status AND ${sameVersion}`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':status': order.status,
      ...(version !== 0 && { ':seen_version': version }),
      ':refunds': refunds,
      ':version': version + 1,
      ':refundable': refundableMinor({ ...order, refunds }),
      ':refunded': refundedMinor(refunds),
      ...(entry !== undefined && { ':at': entry.at, ':entry': [{ ...entry, status: order.status }] }),
      ...(isOver && isOpen && dueAt !== undefined && dueValues(order.order_id, dueAt, 0)),
      ...(parkedStep !== undefined && { ':parked_step': parkedStep }),
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } satisfies OnTable<UpdateCommandInput>;
}
