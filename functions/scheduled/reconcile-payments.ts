import * as z from 'zod';
import type { Payment } from '../../proto/gen/payment/v1/payment.ts';
import { endInvocation } from '../../telemetry/invocation.ts';
import { record } from '../../telemetry/metrics.ts';
import type { PaymentClient } from '../clients/payment-client.ts';
import { RetryableError } from '../common/errors.ts';
import { asError, type Logger, logWith, rootLogger } from '../common/logger.ts';
import { once } from '../common/once.ts';
import { orderTable, payment } from '../environment.ts';
import {
  isOpen,
  type PaymentReconciliation,
  type PaymentReconciliationDependencies,
  reconcilePayment,
} from '../orders/payment-reconciliation.ts';

/** Dependencies of the function. */
export interface ReconcilePaymentsDependencies extends PaymentReconciliationDependencies {
  readonly payment: PaymentReconciliationDependencies['payment'] & Pick<PaymentClient, 'listPaymentsToReconcile'>;
}

/** Payments of one run, counted by what became of them. `left`: something did not reply, the next run tries again. */
export type PaymentsReport = Readonly<Record<PaymentReconciliation | 'left' | 'failed', number>>;

const PAGE_SIZE = 50;
/** A payment is left to its own order for so long. */
const OLDER_THAN_SECONDS = 60;
/** No further payment is begun after this time. The function has 55 seconds, and the next run is a minute away. */
const RUN_MS = 30_000;
/** So many payments in a row without a reply show that a service is away: further calls would not help it. */
const MAX_LEFT_IN_A_ROW = 5;

/** The event of an invocation. The schedule's own has no such member; an operator may ask for younger payments too. */
const eventSchema = z.object({ older_than_seconds: z.int().min(0).max(86_400).default(OLDER_THAN_SECONDS) });

/**
 * Makes the function that compares payments with their orders: payments that are open, and those with refunds that their
 * order may not know. The work of a run is bounded, and a payment that fails, or that something does not reply about, stops
 * no other: an open one is put behind the others.
 */
export function createHandler(
  dependencies: () => ReconcilePaymentsDependencies,
  { runMs }: { readonly runMs: number } = { runMs: RUN_MS },
  parent: () => Logger = rootLogger,
): (event?: unknown) => Promise<PaymentsReport> {
  return async (event) => {
    const runEnds = Date.now() + runMs;
    const { older_than_seconds } = eventSchema.parse(event ?? {});
    const report = { voided: 0, recorded: 0, agreed: 0, left: 0, failed: 0 };
    let leftInARow = 0;
    for await (const found of paymentsToReconcile(dependencies(), older_than_seconds)) {
      if (Date.now() >= runEnds || leftInARow >= MAX_LEFT_IN_A_ROW) {
        break;
      }
      const outcome = await reconcileOne(found, dependencies(), parent());
      report[outcome] += 1;
      leftInARow = outcome === 'left' ? leftInARow + 1 : 0;
    }
    record('UnownedAuthorizations', report.voided);
    await endInvocation();
    if (Object.values(report).some((count) => count > 0)) {
      parent().info('reconciled payments', report);
    }
    return report;
  };
}

async function* paymentsToReconcile(
  { payment }: ReconcilePaymentsDependencies,
  olderThanSeconds: number,
): AsyncGenerator<Payment> {
  let pageToken = '';
  do {
    const page = await payment.listPaymentsToReconcile({ olderThanSeconds, pageSize: PAGE_SIZE, pageToken }, {});
    yield* page.payments;
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
}

async function reconcileOne(
  found: Payment,
  dependencies: ReconcilePaymentsDependencies,
  logger: Logger,
): Promise<keyof PaymentsReport> {
  const log = logWith(logger, { order_id: found.orderId });
  try {
    return await reconcilePayment(found, dependencies, log, new Date());
  } catch (error) {
    const failure = error instanceof RetryableError ? 'left' : 'failed';
    if (failure === 'left') {
      log.warn('the payment could not be reconciled', { error: asError(error) });
    } else {
      log.error('the payment cannot be reconciled', { error: asError(error) });
    }
    await putOff(found, dependencies).catch((cause: unknown) => {
      log.warn('the payment could not be put off', { error: asError(cause) });
    });
    return failure;
  }
}

/** Puts an open payment behind the others: it comes back later by itself. One with refunds would not, so it stays. */
async function putOff(found: Payment, { payment }: ReconcilePaymentsDependencies): Promise<void> {
  if (isOpen(found) && found.updatedAt !== undefined) {
    await payment.acknowledgePayment(
      { orderId: found.orderId, seenUpdatedAt: found.updatedAt },
      { orderId: found.orderId },
    );
  }
}

/** Runs every minute. */
export const handler = createHandler(once(() => ({ table: orderTable(), payment: payment() })));
