import { createHash } from 'node:crypto';
import * as z from 'zod';

/*
 * The stock of an item may be spread over several rows, its shards, because DynamoDB limits what one row can take. Shard 0 is
 * the item's own row. The others hold nothing but counters.
 */

/** The most shards of an item: with the row of an order, a restock or a correction they fit into one transaction. */
export const MOST_SHARDS = 64;

/** The key of a shard's row. An item's id has no `#`, so no item has the key of another item's shard. */
export function shardKey(itemId: string, shard: number): string {
  return shard === 0 ? itemId : `${itemId}#${shard}`;
}

/** The schema of a `Portion`. */
export const portion = z.object({ shard: z.int().min(0), count: z.int().min(1) }).readonly();

/** Pieces of an item that were taken from one of its shards. */
export type Portion = z.output<typeof portion>;

/** A line, and where its pieces were taken from. Absent means: all from shard 0, as always in an item of one row. */
export interface TakenLine {
  readonly item_id: string;
  readonly count: number;
  readonly taken_from?: readonly Portion[] | undefined;
}

/** The portions of a line. They add up to its count. */
export function portionsOf({ count, taken_from }: TakenLine): readonly Portion[] {
  return taken_from ?? [{ shard: 0, count }];
}

/** What a line records of its portions: nothing if all are from shard 0. */
export function takenFrom(portions: readonly Portion[]): { readonly taken_from?: readonly Portion[] } {
  return portions.every(({ shard }) => shard === 0) ? {} : { taken_from: portions };
}

/** `count` pieces out of the portions, after the first `skipped` ones. */
export function slicePortions(portions: readonly Portion[], skipped: number, count: number): readonly Portion[] {
  const sliced: Portion[] = [];
  let start = 0;
  for (const { shard, count: size } of portions) {
    const taken = Math.min(start + size, skipped + count) - Math.max(start, skipped);
    if (taken > 0) {
      sliced.push({ shard, count: taken });
    }
    start += size;
  }
  return sliced;
}

/**
 * The shards of an item in the sequence in which an order tries them (rendezvous hashing). Each order has its own sequence, and
 * keeps it, so orders meet each other's rows evenly.
 */
export function shardSequence(orderId: string, itemId: string, shards: number): readonly number[] {
  const ranks = Array.from({ length: shards }, (_, shard) =>
    createHash('sha256')
      .update(`${orderId}#${shardKey(itemId, shard)}`)
      .digest()
      .readUIntBE(0, 6),
  );
  return ranks.map((_, shard) => shard).sort((left, right) => (ranks[left] ?? 0) - (ranks[right] ?? 0));
}

/**
 * Where to take `count` pieces from: the first shard of the sequence that has them all, or else as few shards as possible.
 * Undefined if all shards together have too little.
 */
export function choosePortions(
  available: readonly number[],
  count: number,
  sequence: readonly number[],
): readonly Portion[] | undefined {
  const single = sequence.find((shard) => (available[shard] ?? 0) >= count);
  if (single !== undefined) {
    return [{ shard: single, count }];
  }
  const fullestFirst = sequence
    .map((shard) => ({ shard, count: available[shard] ?? 0 }))
    .filter((row) => row.count > 0)
    .sort((left, right) => right.count - left.count);
  const portions = slicePortions(fullestFirst, 0, count);
  return sum(portions.map((taken) => taken.count)) === count ? portions : undefined;
}

/** A count in `parts` whole numbers that differ by 1 at most. */
export function divided(count: number, parts: number): readonly number[] {
  const [each, rest] = [Math.floor(count / parts), count % parts];
  return Array.from({ length: parts }, (_, index) => each + (index < rest ? 1 : 0));
}

/** How many of `count` new pieces each shard gets, so that those with little get the most. */
export function levelled(available: readonly number[], count: number): readonly number[] {
  const emptiestFirst = available
    .map((pieces, shard) => ({ shard, pieces }))
    .sort((left, right) => left.pieces - right.pieces);
  const added = available.map(() => 0);
  // The fullest shards that lie above the level get nothing.
  for (let filled = emptiestFirst.length; filled > 0; filled--) {
    const low = emptiestFirst.slice(0, filled);
    const levels = divided(sum(low.map(({ pieces }) => pieces)) + count, filled);
    if (low.every(({ pieces }, index) => (levels[index] ?? 0) >= pieces)) {
      for (const [index, { shard, pieces }] of low.entries()) {
        added[shard] = (levels[index] ?? 0) - pieces;
      }
      return added;
    }
  }
  return added;
}

/**
 * What each shard has once all of them have `count`. More is added where little is left, less is taken where most is left. No
 * piece moves from shard to shard: an order that reads one before and the other after it would not see it.
 */
export function correctedTo(available: readonly number[], count: number): readonly number[] {
  const change = count - sum(available);
  if (change >= 0) {
    const added = levelled(available, change);
    return available.map((pieces, shard) => pieces + (added[shard] ?? 0));
  }
  const most = Math.max(...available);
  const taken = levelled(
    available.map((pieces) => most - pieces),
    -change,
  );
  return available.map((pieces, shard) => pieces - (taken[shard] ?? 0));
}

/** The sum of the numbers; 0 of none. */
export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
