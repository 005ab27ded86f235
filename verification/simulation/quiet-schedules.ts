import { readOrderSaga } from '../../statemachines/read-order-saga.ts';
import type { Scenario } from './scenario.ts';

/** The order saga's definition as JSON. */
export const ORDER_SAGA_TEXT = readOrderSaga().text;

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
