import type { SnapshotReader } from '../reader/snapshot-reader.ts';
import { type LiveVerdict, liveVerdict } from './live-verdict.ts';

/** A look reads whole tables. With more orders it would take too much from the stack that it looks at. */
export const MOST_ORDERS = 5_000;

/** More orders than a look may read. */
export interface TooManyOrders {
  readonly too_many: number;
  readonly most: number;
}

/** Looks once at a stack in which orders come and go. @throws Error where a table or the executions cannot be read */
export async function checkLive(
  reader: Pick<SnapshotReader, 'orderCount' | 'items' | 'read'>,
  most = MOST_ORDERS,
): Promise<LiveVerdict | TooManyOrders> {
  const count = await reader.orderCount();
  if (count > most) {
    return { too_many: count, most };
  }
  const itemsBefore = await reader.items();
  return liveVerdict(await reader.read([]), itemsBefore);
}
