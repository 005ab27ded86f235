import fc from 'fast-check';
import { FAULT_KINDS, type Fault, NO_FAULT } from './fault.ts';
import { PAYMENT_WINDOW_SECONDS, type Scenario, STOCK, UNKNOWN_ITEM } from './scenario.ts';

/** Limits of random schedules. */
export interface ScheduleShape {
  /** Maximum number of orders in one schedule. Default: 6. */
  readonly maxOrders?: number;
}

/** @param kinds fault kinds of half of the calls; the other half succeeds */
function faultsOf(maxLength: number, kinds: readonly Fault['kind'][]): fc.Arbitrary<readonly Fault[]> {
  const seconds = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: 60, max: 2400 }) },
  );
  const kind = fc.oneof(fc.constant('none' as const), fc.constantFrom(...kinds));
  return fc.array(fc.record({ kind, seconds, error: fc.nat({ max: 17 }) }), { maxLength, size: 'max' });
}

/** Longest run of calls before the first fault; a saga without faults makes eight calls. */
const FAULTLESS_CALLS = 16;

/** One outage costs dozens of retries, so most schedules have none. */
const KINDS_WITHOUT_OUTAGE = FAULT_KINDS.filter((kind) => kind !== 'outage');

/** Mixes of few kinds: combinations that are rare among all kinds are frequent among two or three. */
function faultMixes(maxLength: number): fc.Arbitrary<readonly Fault[]> {
  return fc.oneof(
    faultsOf(maxLength, KINDS_WITHOUT_OUTAGE),
    faultsOf(maxLength, [...FAULT_KINDS, ...Array<'none'>(30).fill('none')]),
    faultsOf(maxLength, ['late', 'defect']),
    faultsOf(maxLength, ['slow', 'callee crash', 'duplicate', 'late after an error', 'none']),
    faultsOf(maxLength, ['effect without answer', 'outage', 'caller crash', 'none', 'none']),
  );
}

/** Faults that start with the first call or a later one, so that every call is hit. */
function faults(maxLength: number): fc.Arbitrary<readonly Fault[]> {
  return fc
    .tuple(fc.oneof(fc.constant(0), fc.nat({ max: FAULTLESS_CALLS })), faultMixes(maxLength))
    .map(([calls, later]) => [...Array<Fault>(calls).fill(NO_FAULT), ...later]);
}

const lines = fc.uniqueArray(
  fc.record({
    item_id: fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(...Object.keys(STOCK)) },
      { weight: 1, arbitrary: fc.constant(UNKNOWN_ITEM) },
    ),
    count: fc.integer({ min: 1, max: 2 }),
  }),
  { minLength: 1, maxLength: 3, selector: ({ item_id }) => item_id },
);

const method = fc.oneof(
  { weight: 5, arbitrary: fc.constant('tok_visa' as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('tok_declined' as const, 'tok_insufficient_funds' as const, 'tok_unknown' as const),
  },
  { weight: 5, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.constant('tok_3ds' as const) },
  { weight: 1, arbitrary: fc.constant('tok_refund_fails' as const) },
);

function action(maxOrders: number) {
  return fc.record({
    kind: fc.constantFrom(
      'pay' as const,
      'pay' as const,
      'pay declined' as const,
      'pay with confirmation' as const,
      'approve' as const,
      'approve' as const,
      'refuse' as const,
      'cancel' as const,
      'place again' as const,
      'refund' as const,
      'refund with return' as const,
      'refund with return' as const,
      'check status' as const,
    ),
    order: fc.nat({ max: maxOrders - 1 }),
    atSeconds: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: PAYMENT_WINDOW_SECONDS + 30 })),
  });
}

function loss(maxOrders: number) {
  return fc.record({
    kind: fc.constantFrom('lost' as const, 'stopped' as const, 'restored' as const),
    order: fc.nat({ max: maxOrders - 1 }),
    atSeconds: fc.oneof(fc.nat({ max: 4 }), fc.nat({ max: 2 * PAYMENT_WINDOW_SECONDS }), fc.nat({ max: 3_000 })),
    backupSeconds: fc.oneof(fc.nat({ max: 4 }), fc.nat({ max: 600 })),
  });
}

const operatorAction = fc.record({
  kind: fc.constantFrom('redrive' as const, 'redrive' as const, 'abandon' as const),
  afterSeconds: fc.integer({ min: 1, max: 1200 }),
});

/** Generates random schedules. */
export function schedules({
  maxOrders = 6,
}: ScheduleShape): fc.Arbitrary<Omit<Scenario, 'mutations' | 'weakness' | 'probe'>> {
  return fc.record({
    orders: fc.array(fc.record({ lines, method }), { minLength: 1, maxLength: maxOrders, size: 'max' }),
    actions: fc.array(action(maxOrders), { maxLength: 2 * maxOrders, size: 'max' }),
    faults: faults(25),
    apiFaults: faults(15),
    // What a loss hides, because the order is carried on by a further run, the schedules without one show.
    losses: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(loss(maxOrders), { minLength: 1, maxLength: 3 }) },
    ),
    operators: fc.array(operatorAction, { maxLength: 4, size: 'max' }),
    seed: fc.nat(),
    sweeps: fc.boolean(),
    shards: fc.integer({ min: 1, max: 3 }),
  });
}
