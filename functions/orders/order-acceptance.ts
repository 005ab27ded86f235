import { ATTRIBUTES } from '../../telemetry/attributes.ts';
import { traced } from '../../telemetry/tracing.ts';
import { IdempotencyKeyReusedError, RetryableError } from '../common/errors.ts';
import type { Log } from '../common/logger.ts';
import { hasEnded, type StartRetries } from './executions.ts';
import type { Order } from './order.ts';
import type { OrderSaga } from './order-saga.ts';
import { type OrderTable, readOrder } from './order-table.ts';
import { addOrder, recordRepeatedStart, removeUnstartedOrder } from './order-writes.ts';

/** Dependencies of accepting an order. */
export interface AcceptanceDependencies {
  readonly table: OrderTable;
  readonly saga: OrderSaga;
  /** For a start whose reply was lost. */
  readonly startRetries: StartRetries;
}

/**
 * Accepts an order: writes it, then starts its saga under the order's id. A request that dies in between leaves an order
 * without a saga; a repeated request or the schedule starts it.
 *
 *     start of the saga   order
 *     STARTED             accepted
 *     REFUSED             removed: nothing runs
 *     UNKNOWN             accepted: the saga may run, and a later start settles it
 *     ALREADY_STARTED     accepted, unless that execution belongs to an earlier order and has ended
 *
 * @returns the order as it stands: this one, or the one that the same request placed before
 * @throws IdempotencyKeyReusedError where the order's id belongs to another request
 * @throws RetryableError SAGA_UNAVAILABLE where the order was not accepted, ORDERS_UNAVAILABLE where that is open
 */
export function acceptOrder(order: Order, log: Log, dependencies: AcceptanceDependencies): Promise<Order> {
  const attributes = { [ATTRIBUTES.ORDER_ID]: order.order_id };
  const span = { name: 'accept order', kind: 'INTERNAL', onlyAsChild: true, attributes } as const;
  return traced(span, () => accept(order, log, dependencies));
}

async function accept(order: Order, log: Log, dependencies: AcceptanceDependencies): Promise<Order> {
  const { table, saga, startRetries } = dependencies;
  const added = await addOrder(table, order);
  if (!added.applied) {
    return repeatedRequest(order, added.order, dependencies);
  }
  const start = await saga.start(order, startRetries);
  switch (start.outcome) {
    case 'STARTED':
      return order;
    case 'ALREADY_STARTED':
      return alreadyStarted(order, log, dependencies);
    case 'UNKNOWN':
      // The saga may run, so the order stays. Where it does not run, the schedule starts it.
      log.warn('the reply to the start was lost', { cause: start.cause });
      return order;
    case 'REFUSED':
      // Nothing runs: a refused order leaves nothing behind.
      return withdrawOrder(order, table, notAccepted(start.cause));
  }
}

/**
 * An execution of the new order's name exists. Most likely this request started it and the reply was lost. An execution
 * that has ended without a write to this record belongs to an earlier order, and does nothing for this one.
 */
async function alreadyStarted(order: Order, log: Log, { table, saga }: AcceptanceDependencies): Promise<Order> {
  try {
    const { status } = await saga.find(order);
    if (!hasEnded(status)) {
      return order;
    }
  } catch (error) {
    if (!(error instanceof RetryableError)) {
      throw error;
    }
    // The order stays; the schedule starts its saga where nothing runs.
    log.warn('the status of the order’s execution could not be read', { error });
    return order;
  }
  return withdrawOrder(
    order,
    table,
    new IdempotencyKeyReusedError('the Idempotency-Key belongs to an earlier order, which is over; send another key'),
  );
}

/** Removes the order and throws the refusal. Returns the order where it has to stay. */
async function withdrawOrder(order: Order, table: OrderTable, refusal: Error): Promise<Order> {
  if (await removeUnstartedOrder(table, order)) {
    throw refusal;
  }
  const kept = await readOrder(table, order.order_id);
  // The record of another placement belongs to the request that wrote it.
  if (kept?.placement_id !== order.placement_id) {
    throw refusal;
  }
  return kept;
}

/** The order's id was taken: by the same request before, or by another one under the same key. */
async function repeatedRequest(
  order: Order,
  present: Order | undefined,
  { table, saga, startRetries }: AcceptanceDependencies,
): Promise<Order> {
  if (present !== undefined) {
    assertSameRequest(order, present);
  }
  if (present !== undefined && present.start_pending === undefined) {
    return present;
  }
  const recorded = await recordRepeatedStart(table, order.order_id, new Date());
  if (recorded.order === undefined) {
    throw notAccepted(undefined);
  }
  // Between the two calls the order may have been removed and placed again.
  assertSameRequest(order, recorded.order);
  // Whatever the outcome of the start, the order stays, and the schedule starts a saga that does not run.
  if (recorded.applied) {
    await saga.start(recorded.order, startRetries);
  }
  return recorded.order;
}

function assertSameRequest(order: Order, present: Order): void {
  if (present.request_hash === order.request_hash) {
    return;
  }
  throw new IdempotencyKeyReusedError(
    'the Idempotency-Key belongs to an order with another body; send the same body, or another key',
  );
}

function notAccepted(cause: unknown): RetryableError {
  return new RetryableError('SAGA_UNAVAILABLE', 'the order was not taken; send the request again a little later', {
    cause,
  });
}
