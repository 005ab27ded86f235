import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Order, orderSchema } from './order.ts';
import { ORDER_STATUSES, type OrderStatus } from './order-status.ts';
import { callTable, type OrderTable } from './order-table.ts';

// Pages of orders, newest first, from the indexes by status and by owner. Their number of requests does not depend on how
// many orders there are: a page is one Query for each status, or one for an owner, and one BatchGetItem.

/** The orders that a list has. */
export interface OrderFilter {
  /** Absent: orders of every status. */
  readonly status?: OrderStatus | undefined;
  /** Absent: orders of all owners, and those without one. */
  readonly owner?: string | undefined;
  /** Only orders with a refund that is parked at one of these steps; status and owner then narrow them further. */
  readonly refundSteps?: readonly [string, ...string[]] | undefined;
  /** Created at this time or later. */
  readonly from?: Date | undefined;
  /** Created before this time. */
  readonly to?: Date | undefined;
}

/** Where a page ended. */
export interface ListPosition {
  /** When the last order of the page was created; ISO 8601. */
  readonly createdAt: string;
  /** Ids of the last orders of the page that were created at that time, by the status or the owner that was queried. */
  readonly lastIds: Readonly<Record<string, string>>;
}

/** One page of a list. It may be shorter than asked for, even empty, while there is a next one. */
export interface OrderPage {
  readonly orders: readonly Order[];
  /** Where the next page begins; absent at the end. */
  readonly next?: ListPosition;
}

/** Most orders of one page: DynamoDB reads 100 items with one BatchGetItem. */
export const MAX_PAGE_SIZE = 100;

/** Where the status of an owner's orders matters, several pages of keys may be needed for one page of orders. */
const MAX_ROUNDS = 5;

const FIRST_TIME = new Date(0).toISOString();
const LAST_TIME = '9999-12-31T23:59:59.999Z';

/**
 * One page of the orders that a filter lets through. An order that changes its status while a caller goes through the pages
 * may be left out.
 *
 * @param limit 1 to {@link MAX_PAGE_SIZE}
 * @throws RetryableError where DynamoDB does not reply
 */
export async function listOrders(
  table: OrderTable,
  filter: OrderFilter,
  limit: number,
  after?: ListPosition,
): Promise<OrderPage> {
  const orders: Order[] = [];
  let position = after;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const keys = await keysOf(table, filter, limit - orders.length, position);
    const records = await readOrders(
      table,
      keys.ids.map(({ orderId }) => orderId),
    );
    orders.push(...records.filter((order) => isWanted(order, filter)));
    position = keys.next;
    if (position === undefined || orders.length === limit) {
      break;
    }
  }
  return { orders, ...(position !== undefined && { next: position }) };
}

/** When the oldest order of a status was created, ISO 8601; undefined where there is none. @throws RetryableError */
export async function oldestOfStatus(table: OrderTable, status: OrderStatus): Promise<string | undefined> {
  const { Items = [] } = await query(table, sourcesOf({ status }), { from: FIRST_TIME, to: LAST_TIME }, 1, {
    oldestFirst: true,
  });
  const [oldest] = Items;
  return oldest === undefined ? undefined : String(oldest.created_at);
}

/**
 * The records of some orders, in the sequence of their ids; orders that are gone are left out.
 *
 * @throws RetryableError where DynamoDB does not reply
 */
export async function readOrders({ client, name }: OrderTable, ids: readonly string[]): Promise<readonly Order[]> {
  const found = new Map<string, Order>();
  // An order that changes its status between two queries is in the answers to both. DynamoDB refuses a key that is named twice.
  const unique = [...new Set(ids)];
  for (let from = 0; from < unique.length; from += MAX_PAGE_SIZE) {
    let keys: Record<string, unknown>[] = unique.slice(from, from + MAX_PAGE_SIZE).map((order_id) => ({ order_id }));
    while (keys.length > 0) {
      const { Responses = {}, UnprocessedKeys = {} } = await callTable(
        client.send(new BatchGetCommand({ RequestItems: { [name]: { Keys: keys, ConsistentRead: true } } })),
      );
      for (const item of Responses[name] ?? []) {
        const order = orderSchema.parse(item);
        found.set(order.order_id, order);
      }
      keys = UnprocessedKeys[name]?.Keys ?? [];
    }
  }
  return unique.flatMap((id) => found.get(id) ?? []);
}

/** What is queried: one partition of an index. */
interface Source {
  readonly index: 'by-status' | 'by-owner' | 'by-parked-refund';
  readonly attribute: 'status' | 'owner' | 'refund_parked_step';
  readonly value: string;
}

interface OrderKey {
  readonly orderId: string;
  readonly createdAt: string;
}

function sourcesOf({ status, owner, refundSteps }: OrderFilter): readonly [Source, ...Source[]] {
  if (refundSteps !== undefined) {
    const ofStep = (value: string): Source => ({ index: 'by-parked-refund', attribute: 'refund_parked_step', value });
    const [firstStep, ...otherSteps] = refundSteps;
    return [ofStep(firstStep), ...otherSteps.map(ofStep)];
  }
  if (owner !== undefined) {
    return [{ index: 'by-owner', attribute: 'owner', value: owner }];
  }
  const source = (value: OrderStatus): Source => ({ index: 'by-status', attribute: 'status', value });
  const [first, ...rest] = status === undefined ? ORDER_STATUSES : ([status] as const);
  return [source(first), ...rest.map(source)];
}

interface KeyPage {
  readonly ids: readonly OrderKey[];
  readonly next: ListPosition | undefined;
}

/** The keys of the next orders, newest first: the sources' own sequences merged. */
async function keysOf(
  table: OrderTable,
  filter: OrderFilter,
  limit: number,
  after: ListPosition | undefined,
): Promise<KeyPage> {
  const bounds = {
    from: filter.from?.toISOString() ?? FIRST_TIME,
    // A position under this filter lies before its end. Times have milliseconds: the last one before the end is one earlier.
    to: after?.createdAt ?? (filter.to && new Date(filter.to.getTime() - 1).toISOString()) ?? LAST_TIME,
  };
  if (bounds.from > bounds.to) {
    return { ids: [], next: undefined };
  }
  const queues = await Promise.all(
    sourcesOf(filter).map(async (source) => {
      const { Items = [], LastEvaluatedKey } = await query(table, [source], bounds, limit, { after });
      const keys = Items.map(
        ({ order_id, created_at }): OrderKey => ({ orderId: String(order_id), createdAt: String(created_at) }),
      );
      return { source, keys, taken: 0, isCut: LastEvaluatedKey !== undefined };
    }),
  );
  const ids: OrderKey[] = [];
  while (ids.length < limit) {
    const heads = queues.flatMap((queue) => {
      const key = queue.keys[queue.taken];
      return key === undefined ? [] : [{ queue, key }];
    });
    const [newest] = heads.toSorted((left, right) => right.key.createdAt.localeCompare(left.key.createdAt));
    if (newest === undefined) {
      break;
    }
    ids.push(newest.key);
    newest.queue.taken += 1;
  }
  const last = ids.at(-1);
  const isMore = queues.some(({ keys, taken, isCut }) => isCut || taken < keys.length);
  if (last === undefined || !isMore) {
    return { ids, next: undefined };
  }
  const lastIds = queues.flatMap(({ source, keys, taken }) => {
    const lastOfSource = keys[taken - 1];
    return lastOfSource?.createdAt === last.createdAt ? [[source.value, lastOfSource.orderId] as const] : [];
  });
  // A source that gave nothing at this time keeps its place from the page before.
  const kept = after?.createdAt === last.createdAt ? after.lastIds : {};
  return { ids, next: { createdAt: last.createdAt, lastIds: { ...kept, ...Object.fromEntries(lastIds) } } };
}

interface QueryOptions {
  readonly after?: ListPosition | undefined;
  readonly oldestFirst?: boolean;
}

function query(
  { client, name }: OrderTable,
  [{ index, attribute, value }]: readonly [Source, ...Source[]],
  bounds: { readonly from: string; readonly to: string },
  limit: number,
  { after, oldestFirst = false }: QueryOptions,
) {
  const lastId = after?.lastIds[value];
  return callTable(
    client.send(
      new QueryCommand({
        TableName: name,
        IndexName: index,
        KeyConditionExpression: '#attribute = :value AND created_at BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#attribute': attribute },
        ExpressionAttributeValues: { ':value': value, ':from': bounds.from, ':to': bounds.to },
        ScanIndexForward: oldestFirst,
        Limit: limit,
        // The bounds end at this time: DynamoDB refuses a start outside of them.
        ...(lastId !== undefined && {
          ExclusiveStartKey: { [attribute]: value, created_at: bounds.to, order_id: lastId },
        }),
      }),
    ),
  );
}

/** True where the record is still what its index entry said. */
function isWanted(order: Order, { status, owner, refundSteps }: OrderFilter): boolean {
  const { refund_parked_step: step } = order;
  const isParked = refundSteps === undefined || refundSteps.some((each) => each === step);
  return (
    isParked && (status === undefined || order.status === status) && (owner === undefined || order.owner === owner)
  );
}
