import * as z from 'zod';
import { systemClock } from '../common/clock.ts';
import { readEnvironment, serviceEnvironment, wholeNumber } from '../common/environment.ts';
import { runMain, runService } from '../common/service-process.ts';
import { readCatalogue } from './catalogue.ts';
import { spreadItems } from './hot-items.ts';
import { inventoryService } from './service.ts';

async function main(): Promise<void> {
  const environment = readEnvironment(
    serviceEnvironment(50_051).extend({
      ITEMS_TABLE: z.string().min(3),
      RESERVATIONS_TABLE: z.string().min(3),
      SEED_FILE: z.string().min(1).optional(),
      HOLD_SECONDS: wholeNumber(1, 5_184_000, 900),
      SWEEP_INTERVAL_SECONDS: wholeNumber(1, 86_400, 5),
      SHARDED_ITEMS: z.string().pipe(spreadItems).default([]),
      SHARD_AT_CONFLICTS_PER_SECOND: wholeNumber(0, 100_000, 0),
    }),
    process.env,
  );
  const catalogue = environment.SEED_FILE === undefined ? [] : readCatalogue(environment.SEED_FILE);
  await runService('inventory', environment, ({ documents, logger }) =>
    inventoryService({
      documents,
      tables: { items: environment.ITEMS_TABLE, reservations: environment.RESERVATIONS_TABLE },
      clock: systemClock,
      logger,
      defaultHoldSeconds: environment.HOLD_SECONDS,
      sweepIntervalMs: environment.SWEEP_INTERVAL_SECONDS * 1_000,
      catalogue,
      hotItems: { spread: environment.SHARDED_ITEMS, conflictsPerSecond: environment.SHARD_AT_CONFLICTS_PER_SECOND },
    }),
  );
}

// An import alone must not start the service: embedded/compile-ahead.mjs imports this file to compile it.
if (import.meta.main !== false) {
  await runMain(main);
}
