import * as z from 'zod';
import { systemClock } from '../common/clock.ts';
import { readEnvironment, wholeNumber } from '../common/environment.ts';
import { serviceEnvironment } from '../common/service-environment.ts';
import { runService } from '../common/service-main.ts';
import { dynamoDbPaymentStore } from './payment-store.ts';
import { ChargeLedger } from './provider/charge-ledger.ts';
import { simulatedProvider } from './provider/simulated-provider.ts';
import { paymentService } from './service.ts';

async function main(): Promise<void> {
  const environment = readEnvironment(
    serviceEnvironment(50_052).extend({
      PAYMENTS_TABLE: z.string().min(3),
      RECHECK_INTERVAL_SECONDS: wholeNumber(1, 86_400, 15),
    }),
    process.env,
  );
  await runService('payment', environment, ({ documents, logger }) =>
    paymentService({
      store: dynamoDbPaymentStore(documents, environment.PAYMENTS_TABLE),
      provider: simulatedProvider(new ChargeLedger(documents, environment.PAYMENTS_TABLE)),
      clock: systemClock,
      logger,
      recheckIntervalMs: environment.RECHECK_INTERVAL_SECONDS * 1_000,
    }),
  );
}

// Imported, it does nothing: so it is compiled ahead of its first run (embedded/compile-ahead.mjs).
if (import.meta.main !== false) {
  await main();
}
