import { RowConflict } from '../common/retry-on-conflict.ts';
import type { Inventory } from './inventory.ts';
import { availableByShard, type ItemRow, type ItemStock, shardCount } from './item.ts';
import type { ItemRows, NearStock } from './item-rows.ts';
import { mayBeMoving } from './moves.ts';
import type { Line } from './order-lines.ts';
import type { Refusal } from './refusals.ts';
import { choosePortions, type Portion, shardSequence, sum } from './shards.ts';

/** Where the lines of an order can be taken from, or why they cannot. */
export interface Allocation {
  /** The items that exist, by id. */
  readonly items: ReadonlyMap<string, ItemRow>;
  /** By item id; of every line unless there is a refusal. */
  readonly portions: ReadonlyMap<string, readonly Portion[]>;
  readonly refusal: Refusal | undefined;
}

/** Who needs which lines. */
export interface AllocationRequest {
  readonly orderId: string;
  readonly lines: readonly Line[];
}

/**
 * Finds stock for the lines of an order; nothing changes hands yet. It refuses the first unknown item, or else the first line
 * for which all rows of its item together had too little at one moment.
 *
 * @throws RowConflict when the rows change too fast to be read at one moment
 */
export async function allocate(
  inventory: Inventory,
  { orderId, lines }: AllocationRequest,
  signal: AbortSignal,
): Promise<Allocation> {
  const ids = lines.map(({ item_id }) => item_id);
  const near = await inventory.rows.near(ids, orderId, signal);
  const items = new Map([...near].map(([id, { item }]) => [id, item]));
  const portions = new Map<string, readonly Portion[]>();
  const unknown = ids.find((id) => !items.has(id));
  if (unknown !== undefined) {
    return { items, portions, refusal: { reason: 'ITEM_NOT_FOUND', item_id: unknown } };
  }
  for (const line of lines) {
    const found = await findPortions(inventory, orderId, line, near.get(line.item_id), signal);
    if ('reason' in found) {
      return { items, portions, refusal: found };
    }
    portions.set(line.item_id, found);
  }
  await gatherToFit(inventory, portions, signal);
  return { items, portions, refusal: undefined };
}

async function findPortions(
  inventory: Inventory,
  orderId: string,
  { item_id, count }: Line,
  near: NearStock | undefined,
  signal: AbortSignal,
): Promise<readonly Portion[] | Refusal> {
  const available = near?.available ?? 0;
  if (near !== undefined && available >= count) {
    return [{ shard: near.shard, count }];
  }
  if (near?.item.shards === undefined) {
    return { reason: 'OUT_OF_STOCK', item_id, requested: count, available };
  }
  const choose = (stock: ItemStock): readonly Portion[] | undefined =>
    choosePortions(availableByShard(stock), count, shardSequence(orderId, item_id, shardCount(stock.item)));
  const before = await glance(inventory.rows, item_id, signal);
  const found = choose(before);
  if (found !== undefined) {
    return found;
  }
  const sure = await sureOf(inventory, before, signal);
  return choose(sure) ?? { reason: 'OUT_OF_STOCK', item_id, requested: count, available: sum(availableByShard(sure)) };
}

/**
 * What an item had at one moment at the most. Rows that are read one by one may all look empty though a piece is left all the
 * time: it comes back to a row that was read before. So all are read again. If no row got a piece since its first reading, each
 * had at most what was read first, when the first reading ended.
 *
 * Unlike a transaction that reads all rows, this does not fail beside orders that are paid meanwhile. Only while pieces move
 * from row to row is there no other way.
 *
 * @throws RowConflict when a row got pieces, or the item more rows, in the meantime
 */
async function sureOf({ rows, clock }: Inventory, before: ItemStock, signal: AbortSignal): Promise<ItemStock> {
  const { item_id } = before.item;
  const after = await glance(rows, item_id, signal);
  const now = clock();
  if (mayBeMoving(before.item, now) || mayBeMoving(after.item, now)) {
    return rows.snapshot(item_id, shardCount(after.item), signal);
  }
  const isSame = shardCount(before.item) === shardCount(after.item);
  if (!isSame || before.rows.some(({ arrivals }, shard) => arrivals !== after.rows[shard]?.arrivals)) {
    throw new RowConflict('the item got pieces while its rows were read');
  }
  return before;
}

async function glance(rows: ItemRows, itemId: string, signal: AbortSignal): Promise<ItemStock> {
  const stock = await rows.glance(itemId, signal);
  if (stock === undefined) {
    throw new RowConflict('the item was there a moment ago');
  }
  return stock;
}

/** A transaction takes up to 100 actions; one of them writes the reservation. */
const MOST_PORTIONS = 99;

/** Brings the pieces of the most scattered lines together first where one transaction could not take them all. */
async function gatherToFit(
  { shards }: Inventory,
  portions: Map<string, readonly Portion[]>,
  signal: AbortSignal,
): Promise<void> {
  const mostScatteredFirst = [...portions].sort(([, left], [, right]) => right.length - left.length);
  let actions = sum(mostScatteredFirst.map(([, { length }]) => length));
  for (const [itemId, scattered] of mostScatteredFirst) {
    const [into] = scattered;
    if (actions <= MOST_PORTIONS || into === undefined) {
      return;
    }
    await shards.gather(itemId, scattered, signal);
    portions.set(itemId, [{ shard: into.shard, count: sum(scattered.map(({ count }) => count)) }]);
    actions -= scattered.length - 1;
  }
}
