import { hasEnded, type OrderSaga, type StartPatience } from '../clients/order-saga.ts';
import { IdempotencyKeyReusedError, RetryableError } from '../common/errors.ts';
import type { Log } from '../common/logger.ts';
import type { Order } from './order.ts';
import type { OrderRepository } from './order-repository.ts';

/** What accepting an order works with. */
export interface AcceptanceDependencies {
  readonly orders: Pick<OrderRepository, 'add' | 'find' | 'removeUnstarted' | 'announceStart'>;
  readonly saga: OrderSaga;
  /** For a start whose answer was lost. */
  readonly startPatience: StartPatience;
}

/**
 * Accepts an order: it is written, then its saga started under the order's id. Whatever gets lost in between converges: a
 * repeated request or the schedule starts the saga that was not.
 *
 * @returns the order as it stands: this one, or the one that the same request placed before
 * @throws IdempotencyKeyReusedError where the order's id belongs to another request
 * @throws RetryableError SAGA_UNAVAILABLE where the order was not taken, ORDERS_UNAVAILABLE where that is open
 */
export async function acceptOrder(order: Order, log: Log, dependencies: AcceptanceDependencies): Promise<Order> {
  const { orders, saga, startPatience } = dependencies;
  const added = await orders.add(order);
  if (!added.applied) {
    return repeated(order, added.order, dependencies);
  }
  const start = await saga.start(order, startPatience);
  switch (start.outcome) {
    case 'STARTED':
      return order;
    case 'ALREADY_STARTED':
      return startedBefore(order, log, dependencies);
    case 'UNKNOWN':
      // The saga may run, so the order stays; where it does not run, the schedule starts it.
      log.warn('the answer to the start was lost', { cause: start.cause });
      return order;
    case 'REFUSED':
      // Nothing runs: the order is taken back, so that a refusal leaves nothing behind.
      return takenBack(order, orders, notTaken(start.cause));
  }
}

/**
 * An execution of the new order's name exists. Most likely this very request started it and the answer was lost. But one
 * that has ended without a word in this record belongs to an order of before, and does nothing for this one.
 */
async function startedBefore(order: Order, log: Log, { orders, saga }: AcceptanceDependencies): Promise<Order> {
  try {
    if (!hasEnded(await saga.status(order.order_id))) {
      return order;
    }
  } catch (error) {
    if (!(error instanceof RetryableError)) {
      throw error;
    }
    // The order stays, and the schedule looks after it.
    log.warn('an execution of the order exists, in what state is not known', { error });
    return order;
  }
  return takenBack(
    order,
    orders,
    new IdempotencyKeyReusedError('the Idempotency-Key belongs to an earlier order, which is over; send another key'),
  );
}

/** Takes the order back and throws the refusal; answers the order where it has to stay. */
async function takenBack(order: Order, orders: AcceptanceDependencies['orders'], refusal: Error): Promise<Order> {
  if (await orders.removeUnstarted(order)) {
    throw refusal;
  }
  const kept = await orders.find(order.order_id);
  // A record of another placement is for the request that wrote it to answer.
  if (kept?.placement_id !== order.placement_id) {
    throw refusal;
  }
  return kept;
}

/** The order was there before: the same request again, or another one under the same key. */
async function repeated(
  order: Order,
  present: Order | undefined,
  { orders, saga, startPatience }: AcceptanceDependencies,
): Promise<Order> {
  if (present !== undefined) {
    assertSameRequest(order, present);
  }
  if (present !== undefined && present.start_pending === undefined) {
    return present;
  }
  const announced = await orders.announceStart(order.order_id, new Date());
  if (announced.order === undefined) {
    throw notTaken(undefined);
  }
  // Between reading and announcing, the order may have been taken back and placed anew.
  assertSameRequest(order, announced.order);
  // Whatever the start comes to, the order stays and the schedule sees to it.
  if (announced.applied) {
    await saga.start(announced.order, startPatience);
  }
  return announced.order;
}

function assertSameRequest(order: Order, present: Order): void {
  if (present.request_hash === order.request_hash) {
    return;
  }
  throw new IdempotencyKeyReusedError(
    'the Idempotency-Key belongs to an order with another body; send the same body, or another key',
  );
}

function notTaken(cause: unknown): RetryableError {
  return new RetryableError('SAGA_UNAVAILABLE', 'the order was not taken; send the request again a little later', {
    cause,
  });
}
