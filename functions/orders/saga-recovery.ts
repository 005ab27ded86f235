import type { InventoryClient } from '../clients/inventory-client.ts';
import type { TaskTokens } from '../clients/task-tokens.ts';
import {
  PaymentAlreadyCapturedError,
  ReservationCommittedError,
  RetryableError,
  TerminalError,
} from '../common/errors.ts';
import type { Log } from '../common/logger.ts';
import { type Execution, isAtWork } from './executions.ts';
import { sagaRun } from './new-order.ts';
import type { Order } from './order.ts';
import type { OrderSaga } from './order-saga.ts';
import { isFinal } from './order-status.ts';
import type { OrderTable } from './order-table.ts';
import { updateOrder } from './order-writes.ts';
import { askProvider, type ProviderEventDependencies } from './provider-event.ts';
import { changeSagaRun, recoveryParking, sagaPostponement, sagaRecovery } from './reconciliation-writes.ts';
import { recoverRefunds } from './refunds/refund-recovery.ts';
import type { RefundSaga } from './refunds/refund-saga.ts';

/** Dependencies of the recovery. */
export interface SagaRecoveryDependencies {
  readonly table: OrderTable;
  readonly saga: OrderSaga;
  readonly refunds: RefundSaga;
  readonly payment: ProviderEventDependencies['payment'];
  readonly tokens: Pick<TaskTokens, 'reportPaid' | 'reportDeclined'>;
  readonly inventory: Pick<InventoryClient, 'release'>;
}

/**
 * What became of an order whose saga should have moved it:
 *
 * - under_way: its execution runs, or the order has moved meanwhile
 * - restarted: a further run takes the order up where its record stands
 * - parked: several runs did not move it, and an operator has to look
 * - left: Step Functions did not take the start; the next round tries again
 */
export type Recovery = 'under_way' | 'restarted' | 'parked' | 'left';

/** Runs that may fail to move an order before it is parked. */
const MAX_RUNS_WITHOUT_PROGRESS = 3;
const FIRST_PAUSE_MS = 60_000;
const MAX_PAUSE_MS = 900_000;

/**
 * Carries on an order that is past the time by which its saga, or that of one of its refunds, had to write again.
 *
 * @param order as just read, with `saga_due_at` in the past
 * @throws RetryableError where DynamoDB, Step Functions or, before a parking, a service does not reply
 */
export async function recoverSaga(
  order: Order,
  dependencies: SagaRecoveryDependencies,
  log: Log,
  now: Date,
): Promise<Recovery> {
  const { table, saga } = dependencies;
  if (isFinal(order.status)) {
    return recoverRefunds(order, dependencies, log, now, nextLook(order, now));
  }
  const execution = await saga.find(order);
  if (isAtWork(execution.status)) {
    if (isCustomerAsked(order)) {
      await askForDecision(order, dependencies, log);
    }
    await changeSagaRun(table, sagaPostponement(order, nextLook(order, now)));
    return 'under_way';
  }
  const tries = runsWithoutProgress(order);
  if (tries >= MAX_RUNS_WITHOUT_PROGRESS) {
    return parkOrder(order, execution, dependencies, log, now);
  }
  const claim = await changeSagaRun(table, sagaRecovery(order, { run: sagaRun(order) + 1, tries: tries + 1 }, now));
  if (!claim.applied) {
    return 'under_way';
  }
  const start = await saga.start(claim.order);
  switch (start.outcome) {
    case 'STARTED':
    case 'ALREADY_STARTED':
      log.warn('the order is carried on by a further execution', {
        run: claim.order.saga_run,
        execution: execution.status,
      });
      return 'restarted';
    case 'REFUSED':
    case 'UNKNOWN':
      log.warn('the further execution could not be started', { cause: start.cause });
      // What was not started has not failed.
      await changeSagaRun(table, sagaRecovery(claim.order, { run: sagaRun(claim.order), tries }, now));
      return 'left';
  }
}

/** True where the provider waits for the customer, and its event may be lost. */
function isCustomerAsked({ status, payment_action_url }: Order): boolean {
  return status === 'AWAITING_PAYMENT' && payment_action_url !== undefined;
}

/** Asks the provider what the customer decided, and tells the saga. What fails here is asked again at the next look. */
async function askForDecision(order: Order, dependencies: SagaRecoveryDependencies, log: Log): Promise<void> {
  try {
    const result = await askProvider(order, { ...dependencies, waitMs: 0 });
    log.info('the provider was asked about a payment that waits for its customer', { result });
  } catch (error) {
    if (!(error instanceof RetryableError || error instanceof TerminalError)) {
      throw error;
    }
    // PAYMENT_PENDING: the saga is told, and has not written yet.
    log.info('a payment that waits for its customer is not settled yet', { code: error.code, why: error.message });
  }
}

/** Before the end of the time to pay: the schedule, which runs each minute, looks once more. */
const LAST_LOOK_MS = 75_000;

/** The time since the order's last write doubles from look to look. */
function nextLook(order: Order, now: Date): Date {
  const sinceMs = now.getTime() - Date.parse(order.updated_at);
  const next = now.getTime() + Math.min(MAX_PAUSE_MS, Math.max(FIRST_PAUSE_MS, sinceMs));
  const last = Date.parse(order.payment_due_at ?? '') - LAST_LOOK_MS;
  return new Date(isCustomerAsked(order) && now.getTime() < last ? Math.min(next, last) : next);
}

/** A run that only repeats the last write, such as that of the reservation, has not moved the order. */
function runsWithoutProgress({ saga_recovery, status, updated_at }: Order): number {
  if (saga_recovery === undefined) {
    return 0;
  }
  const isSame =
    saga_recovery.status === undefined ? saga_recovery.updated_at === updated_at : saga_recovery.status === status;
  return isSame ? saga_recovery.tries : 0;
}

/** Parks an order that no run can move. Before the pivot its card and its stock are freed first. */
async function parkOrder(
  order: Order,
  { status, error = '' }: Execution,
  { table, payment, inventory }: SagaRecoveryDependencies,
  log: Log,
  now: Date,
): Promise<Recovery> {
  if (order.status !== 'PAID') {
    await freeCardAndStock(order, { payment, inventory });
  }
  const cause = error === '' ? `its execution is ${status}` : `its execution failed with ${error}`;
  const parking = await updateOrder(
    table,
    recoveryParking(order, { cause, error: error === '' ? status : error }, now),
  );
  if (!parking.applied) {
    return 'under_way';
  }
  log.error('order needs attention', { step: parking.order.parked_step, error, cause });
  return 'parked';
}

async function freeCardAndStock(
  { order_id: orderId, traceparent }: Order,
  { payment, inventory }: Pick<SagaRecoveryDependencies, 'payment' | 'inventory'>,
): Promise<void> {
  const reason = 'NEEDS_ATTENTION';
  const context = { orderId, traceparent };
  // Money that was taken, and stock that was sold, is for the operator to decide on.
  await unless(PaymentAlreadyCapturedError, payment.void({ orderId, reason }, context));
  await unless(ReservationCommittedError, inventory.release({ orderId, reason }, context));
}

async function unless(expected: new (...args: never[]) => Error, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof expected)) {
      throw error;
    }
  }
}
