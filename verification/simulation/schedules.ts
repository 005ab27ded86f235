import fc from 'fast-check';
import { FAULT_KINDS, type Fault, NO_FAULT } from './fault.ts';
import { PAYMENT_WINDOW_SECONDS, type Scenario, STOCK, UNKNOWN_ITEM } from './scenario.ts';

/** What the random schedules have in common. */
export interface ScheduleShape {
  /** Most orders in one schedule. */
  readonly mostOrders?: number;
}

/** @param kinds what happens to half of the calls */
function faultsOf(maxLength: number, kinds: readonly Fault['kind'][]): fc.Arbitrary<readonly Fault[]> {
  const seconds = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: 60, max: 2400 }) },
  );
  const kind = fc.oneof(fc.constant('none' as const), fc.constantFrom(...kinds));
  return fc.array(fc.record({ kind, seconds, error: fc.nat({ max: 17 }) }), { maxLength, size: 'max' });
}

/** A saga that goes well makes eight calls. */
const LONGEST_CALM = 16;

/** One outage is dozens of calls in vain, so most schedules are without. */
const WITHOUT_OUTAGE = FAULT_KINDS.filter((kind) => kind !== 'outage');

/** Schedules have moods: what seldom comes together among all kinds of faults comes together often among two or three. */
function trouble(maxLength: number): fc.Arbitrary<readonly Fault[]> {
  return fc.oneof(
    faultsOf(maxLength, WITHOUT_OUTAGE),
    faultsOf(maxLength, [...FAULT_KINDS, ...Array<'none'>(30).fill('none')]),
    faultsOf(maxLength, ['late', 'defect']),
    faultsOf(maxLength, ['slow', 'dies half-way', 'duplicate', 'late after an error', 'none']),
    faultsOf(maxLength, ['effect, then silence', 'outage', 'caller crash', 'none', 'none']),
  );
}

/** Trouble that begins at once or with any later call, so that none is spared. */
function faults(maxLength: number): fc.Arbitrary<readonly Fault[]> {
  return fc
    .tuple(fc.oneof(fc.constant(0), fc.nat({ max: LONGEST_CALM })), trouble(maxLength))
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
);

function action(mostOrders: number) {
  return fc.record({
    kind: fc.constantFrom(
      'pay' as const,
      'pay' as const,
      'pay declined' as const,
      'cancel' as const,
      'place again' as const,
      'look' as const,
    ),
    order: fc.nat({ max: mostOrders - 1 }),
    atSeconds: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: PAYMENT_WINDOW_SECONDS + 30 })),
  });
}

/** Random schedules. */
export function schedules({ mostOrders = 6 }: ScheduleShape): fc.Arbitrary<Omit<Scenario, 'weaknesses'>> {
  return fc.record({
    orders: fc.array(fc.record({ lines, method }), { minLength: 1, maxLength: mostOrders, size: 'max' }),
    actions: fc.array(action(mostOrders), { maxLength: 2 * mostOrders, size: 'max' }),
    faults: faults(25),
    apiFaults: faults(15),
    redrives: fc.array(fc.integer({ min: 1, max: 1200 }), { maxLength: 4, size: 'max' }),
    seed: fc.nat(),
    sweeps: fc.boolean(),
  });
}
