import * as z from 'zod';
import { systemClock } from '../common/clock.ts';
import { readEnvironment, serviceEnvironment, wholeNumber } from '../common/environment.ts';
import { runMain, runService } from '../common/service-process.ts';
import { createPaymentStore } from './payment-store.ts';
import { createChargeLedger } from './provider/charge-ledger.ts';
import { createSimulatedProvider } from './provider/simulated-provider.ts';
import { tracedProvider } from './provider/traced-provider.ts';
import { paymentService } from './service.ts';

async function main(): Promise<void> {
  const environment = readEnvironment(
    serviceEnvironment(50_052).extend({
      PAYMENTS_TABLE: z.string().min(3),
      PAYMENT_ACTION_URL: z.url().optional(),
      RECHECK_INTERVAL_SECONDS: wholeNumber(1, 86_400, 15),
    }),
    process.env,
  );
  await runService('payment', environment, ({ documents, logger }) =>
    paymentService({
      store: createPaymentStore(documents, environment.PAYMENTS_TABLE),
      provider: tracedProvider(
        createSimulatedProvider(
          createChargeLedger(documents, environment.PAYMENTS_TABLE),
          environment.PAYMENT_ACTION_URL,
        ),
      ),
      clock: systemClock,
      logger,
      recheckIntervalMs: environment.RECHECK_INTERVAL_SECONDS * 1_000,
    }),
  );
}

// An import alone must not start the service: embedded/compile-ahead.mjs imports this file to compile it.
if (import.meta.main !== false) {
  await runMain(main);
}
