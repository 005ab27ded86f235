import { readFileSync } from 'node:fs';
import type { Scenario } from './scenario.ts';

/** Text of the order saga's definition. */
export const ORDER_SAGA_TEXT = readFileSync(
  new URL('../../statemachines/order-saga.asl.json', import.meta.url),
  'utf8',
);

/** One order, paid at once, and nothing goes wrong. */
export const QUIET: Scenario = {
  orders: [{ lines: [{ item_id: 'mug', count: 1 }], method: 'tok_visa' }],
  actions: [],
  faults: [],
  apiFaults: [],
  redrives: [],
  seed: 1,
  sweeps: true,
};
