import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { expectRowsToMatch } from '../../tests/support/inventory-rows.ts';
import { CallFailure, call } from '../../tests/support/unary-client.ts';

const orders = ['a', 'b', 'c', 'd'];
const items = ['x', 'y'];
const STOCKED = 5;

type Step =
  | { readonly kind: 'reserve'; readonly order: string; readonly x: number; readonly y: number }
  | { readonly kind: 'release' | 'commit' | 'return'; readonly order: string }
  | { readonly kind: 'return a piece'; readonly order: string; readonly id: string }
  | { readonly kind: 'correct'; readonly id: string; readonly available: number }
  | { readonly kind: 'restock'; readonly id: string; readonly count: number }
  | { readonly kind: 'spread'; readonly shards: number }
  | { readonly kind: 'expire' };

const order = fc.constantFrom(...orders);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('reserve' as const),
    order,
    x: fc.integer({ min: 1, max: 4 }),
    y: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constantFrom('release' as const, 'commit' as const, 'return' as const), order }),
  fc.record({ kind: fc.constant('return a piece' as const), order, id: fc.constantFrom('r1', 'r2', 'r3') }),
  fc.record({
    kind: fc.constant('correct' as const),
    id: fc.constantFrom('c1', 'c2', 'c3'),
    available: fc.integer({ min: 0, max: 8 }),
  }),
  fc.record({
    kind: fc.constant('restock' as const),
    id: fc.constantFrom('m1', 'm2'),
    count: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant('spread' as const), shards: fc.integer({ min: 2, max: 5 }) }),
  fc.constant({ kind: 'expire' as const }),
);

/** Rounds of concurrent steps; a step may be delivered twice. */
const schedule = fc.array(fc.array(fc.tuple(step, fc.boolean()), { minLength: 1, maxLength: 4 }), { maxLength: 12 });

test('after any sequence of concurrent and duplicate calls the counters match the reservations', async () => {
  let now = Date.parse('2030-01-01T00:00:00Z');
  const inventory = await startInventory({ clock: () => now });
  let run = 0;
  let done = 0;
  let spread = 0;
  const corrections = new Map<string, number>();
  const restocks = new Map<string, number>();
  try {
    await fc.assert(
      fc.asyncProperty(schedule, async (rounds) => {
        run++;
        const of = (name: string): string => `${name}-${run}`;
        corrections.clear();
        restocks.clear();
        for (const item of items) {
          await stockUp(inventory, of(item));
        }
        // Half of the runs start with an item that is spread; in any run it may be spread later.
        if (run % 2 === 0) {
          await inventory.spread(of('x'), 3);
        }
        for (const round of rounds) {
          const deliveries = round.flatMap(([one, twice]) => (twice ? [one, one] : [one]));
          await Promise.all(deliveries.map((one) => perform(one, of)));
          now += 1_000;
        }
        const changes = [...corrections.values(), ...restocks.values()];
        await assertCountersMatchReservations(
          inventory,
          of,
          changes.reduce((sum, change) => sum + change, 0),
        );
        for (const item of items) {
          await expectRowsToMatch(inventory, of(item), orders.map(of));
        }
        spread += (await inventory.shards(of('x'))).length > 1 ? 1 : 0;
      }),
      { numRuns: 20 },
    );
    expect(done).toBeGreaterThan(30);
    expect(spread).toBeGreaterThanOrEqual(10);
  } finally {
    await inventory.close();
  }

  async function perform(one: Step, of: (name: string) => string): Promise<void> {
    try {
      await deliver(one, of);
      done++;
    } catch (error) {
      const refused = error instanceof CallFailure && error.code !== 'INTERNAL' && error.code !== 'UNKNOWN';
      if (!refused) {
        throw error;
      }
    }
  }

  async function deliver(one: Step, of: (name: string) => string): Promise<void> {
    switch (one.kind) {
      case 'reserve': {
        const lines = [
          { itemId: of('x'), count: one.x },
          { itemId: of('y'), count: one.y },
        ];
        await inventory.reserve(of(one.order), lines, 3);
        return;
      }
      case 'release':
        await inventory.release(of(one.order));
        return;
      case 'commit':
        await inventory.commit(of(one.order));
        return;
      case 'return':
        await inventory.return(of(one.order), 'all');
        return;
      case 'return a piece':
        await inventory.return(of(one.order), one.id, [{ itemId: of('x'), count: 1 }]);
        return;
      case 'correct': {
        const { previousAvailable } = await inventory.correct(of(one.id), of('x'), one.available);
        corrections.set(one.id, one.available - previousAvailable);
        return;
      }
      case 'restock': {
        const request = { requestId: of(one.id), itemId: of('x'), name: '', unitPrice: undefined, count: one.count };
        await call(inventory.client, inventory.client.restock, request);
        restocks.set(one.id, one.count);
        return;
      }
      case 'spread':
        await inventory.spread(of('x'), one.shards);
        return;
      case 'expire':
        await inventory.sweep();
    }
  }
}, 120_000);

async function stockUp({ client }: TestInventory, itemId: string): Promise<void> {
  const unitPrice = { minorUnits: 100, currency: 'USD' };
  await call(client, client.restock, { requestId: itemId, itemId, name: itemId, unitPrice, count: STOCKED });
}

/** `changed` is the sum of all corrections and restocks of x; y has none. */
async function assertCountersMatchReservations(
  inventory: TestInventory,
  of: (name: string) => string,
  changed: number,
): Promise<void> {
  const reservations = await Promise.all(
    orders.map((name) => inventory.reservation(of(name)).catch((error: unknown) => noneOr(error))),
  );
  for (const item of items) {
    const { stocked, available, held, sold } = await inventory.stock(of(item));
    const inState = (state: ReservationState): number =>
      reservations
        .filter((reservation) => reservation?.state === state)
        .flatMap((reservation) => reservation?.lines ?? [])
        .filter(({ itemId }) => itemId === of(item))
        .reduce((sum, { count, returned }) => sum + count - returned, 0);
    const everStocked = STOCKED + (item === 'x' ? changed : 0);
    expect({ stocked, held, sold, available }).toEqual({
      stocked: everStocked,
      held: inState(ReservationState.HELD),
      sold: inState(ReservationState.COMMITTED),
      available: everStocked - held - sold,
    });
    expect(Math.min(available, held, sold)).toBeGreaterThanOrEqual(0);
  }
}

function noneOr(error: unknown): undefined {
  if (error instanceof CallFailure && error.reason === 'RESERVATION_NOT_FOUND') {
    return undefined;
  }
  throw error;
}
