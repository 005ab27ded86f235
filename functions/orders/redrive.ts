import { RetryableError } from '../common/errors.ts';
import { isAtWork } from './executions.ts';
import { changeParkedOrder, furtherRun, isFurtherRunOf, type LastRedrive, redriveRequest } from './operator-writes.ts';
import type { Order } from './order.ts';
import type { OrderSaga } from './order-saga.ts';
import { type OrderTable, readOrder } from './order-table.ts';

/** Dependencies of carrying parked orders on. */
export interface RedriveDependencies {
  readonly table: OrderTable;
  readonly saga: Pick<OrderSaga, 'find' | 'redrive' | 'start'>;
}

/** The outcome of a redrive; `why` is a sentence for operators. */
export type Redrive = { readonly outcome: 'REDRIVEN' } | { readonly outcome: 'REFUSED'; readonly why: string };

const SAME_CAUSE_MS = 60_000;

/** Errors that no redrive cures, by the step that they parked, and what helps instead. */
const HOPELESS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CommitInventory: {
    ReservationReleasedError: 'its stock was given back and cannot be sold to it any more; abandon the order',
  },
  ReleaseInventory: {
    ReservationCommittedError: 'its stock is sold and cannot be released; abandon the order, which returns the stock',
  },
};

/**
 * Carries a parked order on, where that can help: its execution is redriven, or a further one takes the order up.
 *
 * @param by the operator; undefined where the API runs without authentication
 * @throws RetryableError where DynamoDB or Step Functions does not reply
 */
export async function redriveOrder(
  orderId: string,
  dependencies: RedriveDependencies,
  by: string | undefined,
  now: Date,
): Promise<Redrive> {
  const order = await readOrder(dependencies.table, orderId);
  const why = order === undefined ? 'no record found' : whyHopeless(order, now);
  if (order === undefined || why !== undefined) {
    return { outcome: 'REFUSED', why: why ?? 'no record found' };
  }
  const redrive = { at: now.toISOString(), by, step: order.parked_step, error: parkingError(order) };
  const claim = await changeParkedOrder(dependencies.table, redriveRequest(order, redrive));
  if (!claim.applied) {
    return { outcome: 'REFUSED', why: 'it has moved meanwhile' };
  }
  try {
    const outcome = await carryOn(claim.order, dependencies);
    if (outcome.outcome === 'REFUSED') {
      await takeBack(redrive, order, dependencies);
    }
    return outcome;
  } catch (failure) {
    if (failure instanceof RetryableError) {
      await takeBack(redrive, order, dependencies);
    }
    throw failure;
  }
}

/** Nothing was redriven, as far as anybody knows: the next attempt is not one too soon. */
async function takeBack(redrive: LastRedrive, before: Order, { table }: RedriveDependencies): Promise<void> {
  // The run may have been counted up since.
  const latest = await readOrder(table, before.order_id);
  const { at, by } = redrive;
  if (latest?.last_redrive?.at === at && latest.last_redrive.by === by && before.last_redrive?.at !== at) {
    await changeParkedOrder(table, redriveRequest(latest, before.last_redrive ?? { at: new Date(0).toISOString() }));
  }
}

/**
 * Redrives the execution of a parked order, or starts a further one where it is gone or cannot be redriven.
 *
 * @throws RetryableError where DynamoDB or Step Functions does not reply
 */
async function carryOn(order: Order, { table, saga }: RedriveDependencies): Promise<Redrive> {
  if (await saga.redrive(order)) {
    return { outcome: 'REDRIVEN' };
  }
  const { status } = await saga.find(order);
  if (isAtWork(status)) {
    return { outcome: 'REFUSED', why: 'its saga is running already' };
  }
  return startFurtherRun(order, { table, saga });
}

/**
 * Starts a further execution of a parked order, which goes on where the record stands.
 *
 * @throws RetryableError where DynamoDB or Step Functions does not reply
 */
export async function startFurtherRun(order: Order, { table, saga }: RedriveDependencies): Promise<Redrive> {
  const claim = await changeParkedOrder(table, furtherRun(order));
  // The SDK repeats a write whose reply was lost. The repeat finds the run of the first; so does another operator's redrive.
  if (claim.order === undefined || !(claim.applied || isFurtherRunOf(order, claim.order))) {
    return { outcome: 'REFUSED', why: 'it has moved meanwhile' };
  }
  const start = await saga.start(claim.order);
  switch (start.outcome) {
    case 'STARTED':
    case 'ALREADY_STARTED':
      return { outcome: 'REDRIVEN' };
    case 'REFUSED':
    case 'UNKNOWN':
      throw new RetryableError('SAGA_UNAVAILABLE', 'Step Functions does not answer', { cause: start.cause });
  }
}

/** Why no redrive helps; undefined where one may. */
export function whyHopeless(order: Order, now: Date): string | undefined {
  const { status, parked_step = '', last_redrive } = order;
  if (status !== 'NEEDS_ATTENTION') {
    return `it is ${status}, not parked`;
  }
  const error = parkingError(order);
  if (order.abandon_requested_at === undefined && error !== undefined && HOPELESS[parked_step]?.[error] !== undefined) {
    return HOPELESS[parked_step][error];
  }
  return last_redrive?.step === parked_step ? whySameCause(last_redrive, error, now) : undefined;
}

/**
 * Why it is too soon to redrive again what an error has parked; undefined where it is not. The same error so soon after a
 * redrive shows that its cause is still there.
 */
export function whySameCause(
  last: { readonly at: string; readonly error?: string | undefined } | undefined,
  error: string | undefined,
  now: Date,
): string | undefined {
  if (last === undefined || last.error !== error) {
    return undefined;
  }
  const sinceMs = now.getTime() - Date.parse(last.at);
  return sinceMs >= 0 && sinceMs < SAME_CAUSE_MS
    ? `it was redriven ${Math.round(sinceMs / 1_000)} seconds ago, and ${error ?? 'the same error'} parked it again; mend the cause first`
    : undefined;
}

/** The error that parked the order. Records of an older version have it in the last entry of their timeline alone. */
function parkingError({ parked_error, timeline }: Order): string | undefined {
  return parked_error ?? timeline.at(-1)?.why;
}
