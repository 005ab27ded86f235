import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  choosePortions,
  correctedTo,
  divided,
  levelled,
  portionsOf,
  shardSequence,
  slicePortions,
  sum,
} from './shards.ts';

const stock = fc.array(fc.nat(9), { minLength: 1, maxLength: 12 });
const few = fc.integer({ min: 1, max: 40 });

describe('portions', () => {
  test('are found exactly when all shards together have enough, and no shard gives more than it has', () => {
    fc.assert(
      fc.property(stock, few, fc.string(), (available, count, order) => {
        const portions = choosePortions(available, count, shardSequence(order, 'item', available.length));
        if (sum(available) < count) {
          expect(portions).toBeUndefined();
          return;
        }
        expect(sum((portions ?? []).map((portion) => portion.count))).toBe(count);
        expect(new Set(portions?.map(({ shard }) => shard)).size).toBe(portions?.length);
        for (const portion of portions ?? []) {
          expect(portion.count).toBeGreaterThan(0);
          expect(portion.count).toBeLessThanOrEqual(available[portion.shard] ?? 0);
        }
      }),
    );
  });

  test('are one if any shard has enough, and else as few as possible', () => {
    expect(choosePortions([3, 9, 4], 4, [0, 2, 1])).toEqual([{ shard: 2, count: 4 }]);
    expect(choosePortions([3, 9, 4], 12, [0, 2, 1])).toEqual([
      { shard: 1, count: 9 },
      { shard: 2, count: 3 },
    ]);
  });

  test('come back piece by piece in the sequence in which they were taken', () => {
    const portions = portionsOf({
      item_id: 'item',
      count: 5,
      taken_from: [
        { shard: 3, count: 2 },
        { shard: 0, count: 3 },
      ],
    });
    expect(slicePortions(portions, 0, 1)).toEqual([{ shard: 3, count: 1 }]);
    expect(slicePortions(portions, 1, 3)).toEqual([
      { shard: 3, count: 1 },
      { shard: 0, count: 2 },
    ]);
    expect(slicePortions(portions, 4, 1)).toEqual([{ shard: 0, count: 1 }]);
  });

  test('of a line that says nothing are all from the own row of the item', () => {
    expect(portionsOf({ item_id: 'item', count: 5 })).toEqual([{ shard: 0, count: 5 }]);
  });
});

test('orders start at all shards about equally often, and each always at the same one', () => {
  const first = (order: number): number => shardSequence(`order-${order}`, 'item', 8)[0] ?? -1;
  const starts = Array.from({ length: 800 }, (_, order) => first(order));
  const counts = Array.from({ length: 8 }, (_, shard) => starts.filter((start) => start === shard).length);
  expect(Math.min(...counts)).toBeGreaterThan(60);
  expect(starts.map((_, order) => first(order))).toEqual(starts);
  expect([...shardSequence('order', 'item', 8)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('a count is divided into whole parts that differ by one at most', () => {
  fc.assert(
    fc.property(fc.nat(1_000), few, (count, parts) => {
      const shares = divided(count, parts);
      expect(sum(shares)).toBe(count);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  );
});

test('new stock goes where little is left: no shard that gets any ends above one that gets none', () => {
  fc.assert(
    fc.property(stock, few, (available, count) => {
      const added = levelled(available, count);
      expect(sum(added)).toBe(count);
      expect(Math.min(...added)).toBeGreaterThanOrEqual(0);
      const ends = available.map((pieces, shard) => pieces + (added[shard] ?? 0));
      const filled = ends.filter((_, shard) => (added[shard] ?? 0) > 0);
      expect(Math.max(...filled) - Math.min(...ends)).toBeLessThanOrEqual(1);
    }),
  );
});

test('a corrected count takes pieces or adds them, but moves none from shard to shard: a reader could miss them', () => {
  fc.assert(
    fc.property(stock, fc.nat(200), (available, count) => {
      const corrected = correctedTo(available, count);
      expect(sum(corrected)).toBe(count);
      expect(Math.min(...corrected)).toBeGreaterThanOrEqual(0);
      const changes = corrected.map((pieces, shard) => pieces - (available[shard] ?? 0));
      const total = sum(changes.map((change) => Math.abs(change)));
      expect(total).toBe(Math.abs(count - sum(available)));
      const [lowest, highest] = [Math.min(...corrected), Math.max(...corrected)];
      const [least, most] = [Math.min(...available), Math.max(...available)];
      expect(highest - lowest).toBeLessThanOrEqual(Math.max(1, most - least));
    }),
  );
});
