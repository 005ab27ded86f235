import { createHash } from 'node:crypto';
import { v4, v5 } from 'uuid';
import {
  IdempotencyKeyReusedError,
  OrderNotRefundableError,
  RefundExceedsCapturedError,
  ReturnExceedsSoldError,
  TooManyRefundsError,
} from '../../common/errors.ts';
import { amountText } from '../../common/money.ts';
import type { Order } from '../order.ts';
import type { Refund, RefundLine } from './refund.ts';
import { refundableMinor, refundedCount, refundLedger, refundsOfStatus, returnedCount } from './refund-ledger.ts';

/** An operator's request to refund an order. Without an amount and without lines: all that is left. */
export interface RefundRequest {
  readonly refundId: string;
  /** Minor units; never together with lines. */
  readonly amountMinor: number | undefined;
  /** Each item at most once. */
  readonly lines: readonly RefundLine[] | undefined;
  /** The pieces become available again; only with lines, or where all that is left is refunded. */
  readonly restock: boolean;
  readonly reason: string;
  /** Absent where the API runs without authentication. */
  readonly by: string | undefined;
  readonly traceparent: string;
}

/** Refunds that one order may have: the Payment service takes no more. */
const MAX_REFUNDS = 100;
/** Refunds of one order that may be under way: the reconciliation looks at all of them in one go. */
const MAX_OPEN_REFUNDS = 10;

/** The id of a refund. With an idempotency key it is a function of order and key: a repeated request names the same refund. */
export function newRefundId(orderId: string, idempotencyKey: string | undefined): string {
  return idempotencyKey === undefined ? v4() : v5(idempotencyKey, orderId);
}

/** SHA-256 (hex) of what a request asks for; the sequence of its lines does not matter. */
function requestHash({ amountMinor, lines, restock, reason }: RefundRequest): string {
  const sorted = lines
    ?.map(({ item_id, count }) => [item_id, count] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([amountMinor ?? null, sorted ?? null, restock, reason]))
    .digest('hex');
}

/**
 * The refund that a request adds to an order as it stands; undefined where the order has it already. Pure.
 *
 * @throws IdempotencyKeyReusedError where the order has another refund under this id
 * @throws OrderNotRefundableError, RefundExceedsCapturedError, ReturnExceedsSoldError or TooManyRefundsError
 */
export function requestedRefund(order: Order, request: RefundRequest, now: Date): Refund | undefined {
  const ledger = refundLedger(order);
  const earlier = ledger[request.refundId];
  const request_hash = requestHash(request);
  if (earlier !== undefined) {
    if (earlier.request_hash !== request_hash) {
      throw new IdempotencyKeyReusedError('the Idempotency-Key was used for another refund of the order');
    }
    return undefined;
  }
  assertRefundable(order);
  const lines =
    request.lines ?? (request.restock && request.amountMinor === undefined ? notReturned(order) : undefined);
  assertPieces(order, request, lines);
  const amount_minor = amountOf(order, request);
  return {
    amount_minor,
    ...(lines !== undefined && { lines: [...lines] }),
    restock: request.restock && lines !== undefined && lines.length > 0,
    reason: request.reason,
    status: 'REQUESTED',
    requested_at: now.toISOString(),
    ...(request.by !== undefined && { requested_by: request.by }),
    request_hash,
    traceparent: request.traceparent,
  };
}

function assertRefundable(order: Order): void {
  if (order.status !== 'CONFIRMED') {
    throw new OrderNotRefundableError(`the order is ${order.status}; only a confirmed order can be refunded`);
  }
  const ledger = refundLedger(order);
  if (Object.keys(ledger).length >= MAX_REFUNDS) {
    throw new TooManyRefundsError(`the order has ${MAX_REFUNDS} refunds, and takes no more`);
  }
  if (refundsOfStatus(ledger, 'REQUESTED').length >= MAX_OPEN_REFUNDS) {
    throw new TooManyRefundsError(`${MAX_OPEN_REFUNDS} refunds of the order are under way; wait for them`);
  }
}

/** @throws RefundExceedsCapturedError for more than is left, and for nothing */
function amountOf(order: Order, { amountMinor, lines, restock }: RefundRequest): number {
  const left = refundableMinor(order);
  const amount = amountMinor ?? (lines === undefined ? left : priceOf(order, lines));
  if (amount > left) {
    throw new RefundExceedsCapturedError(
      `${amountText(amount, order.currency)} is more than the ${amountText(left, order.currency)} that can be refunded`,
    );
  }
  // Pieces may come back without money, but a refund of nothing at all is a mistake.
  if (amount === 0 && !restock) {
    throw new RefundExceedsCapturedError('nothing is left to refund');
  }
  return amount;
}

function priceOf({ lines }: Order, wanted: readonly RefundLine[]): number {
  return wanted.reduce((sum, { item_id, count }) => {
    const line = lines.find((each) => each.item_id === item_id);
    return sum + count * (line?.unit_price_minor ?? 0);
  }, 0);
}

/** The pieces of the order that did not come back yet. */
function notReturned(order: Order): readonly RefundLine[] {
  const ledger = refundLedger(order);
  return order.lines
    .map(({ item_id, count }) => ({ item_id, count: count - returnedCount(ledger, item_id) }))
    .filter(({ count }) => count > 0);
}

/** @throws RefundExceedsCapturedError for more pieces than were bought and not refunded; ReturnExceedsSoldError */
function assertPieces(order: Order, request: RefundRequest, lines: readonly RefundLine[] | undefined): void {
  const ledger = refundLedger(order);
  for (const { item_id, count } of request.lines ?? []) {
    const bought = order.lines.find((line) => line.item_id === item_id)?.count ?? 0;
    const left = Math.max(0, bought - refundedCount(ledger, item_id));
    if (count > left) {
      throw new RefundExceedsCapturedError(`${count} of item ${item_id} is more than the ${left} that can be refunded`);
    }
    const returnable = Math.max(0, bought - returnedCount(ledger, item_id));
    if (request.restock && count > returnable) {
      throw new ReturnExceedsSoldError(
        `${count} of item ${item_id} is more than the ${returnable} that did not come back yet; leave out restock`,
      );
    }
  }
  if (request.restock && lines?.length === 0 && refundableMinor(order) === 0) {
    throw new RefundExceedsCapturedError('nothing is left to refund, and all pieces came back');
  }
}
