import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { RetryableError } from '../common/errors.ts';
import type { Order } from './order.ts';
import { type CountedOrder, countedOrder, counterChanges, sumOfChanges } from './order-counters.ts';
import { ORDER_STATUSES } from './order-status.ts';
import { callTable } from './order-table.ts';

// The table of statistics. Its key is `statistic`:
//
//   orders            the counters, one attribute each (order-counters.ts)
//   order#<order id>  the marker of one order: what the counters hold for it, and the version of the marker
//
// One transaction moves the markers of a batch and adds the difference to the counters. So a change that is reported twice
// counts once, whatever dies in between.

/** The table of this stage. */
export interface StatisticsTable {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
}

/** The state of one order, to be counted. */
export interface CountableOrder {
  readonly orderId: string;
  /** Undefined where the order was removed. */
  readonly order: Order | undefined;
}

const COUNTERS_KEY = { statistic: 'orders' };

/** DynamoDB takes 100 writes in one transaction, and the counters are one of them. */
const MAX_MARKERS = 99;

/** A transaction loses against another one for the same counters; then the markers are read again. */
const ATTEMPTS = 8;

const markerSchema = z.object({
  statistic: z.string(),
  version: z.int(),
  status: z.enum(ORDER_STATUSES),
  currency: z.string().optional(),
  authorized_minor: z.int(),
  captured_minor: z.int(),
  refunded_minor: z.int(),
  /** Absent in markers of an older version. */
  parked_refunds: z.int().optional(),
});

type Marker = z.infer<typeof markerSchema>;

/**
 * Counts the orders as they are now, exactly once each: what was counted for an order before is replaced.
 *
 * @param orders the states of a batch, oldest first; of several states of one order, the last counts
 * @throws RetryableError where DynamoDB does not reply, or other writers kept the counters busy
 */
export async function countOrders(table: StatisticsTable, orders: readonly CountableOrder[]): Promise<void> {
  const latest = [...new Map(orders.map((each) => [each.orderId, each])).values()];
  for (let from = 0; from < latest.length; from += MAX_MARKERS) {
    await countBatch(table, latest.slice(from, from + MAX_MARKERS));
  }
}

/** The counters by their names; a counter that was never changed is absent. @throws RetryableError */
export async function readCounters({ client, name }: StatisticsTable): Promise<Readonly<Record<string, number>>> {
  const { Item = {} } = await callTable(client.send(new GetCommand({ TableName: name, Key: COUNTERS_KEY })));
  const { statistic: _, ...counters } = Item;
  return z.record(z.string(), z.number()).parse(counters);
}

async function countBatch(table: StatisticsTable, orders: readonly CountableOrder[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const items = changesOf(table.name, orders, await readMarkers(table, orders));
    if (items.length === 0) {
      return;
    }
    try {
      await callTable(table.client.send(new TransactWriteCommand({ TransactItems: items })));
      return;
    } catch (cause) {
      if (!(cause instanceof TransactionCanceledException)) {
        throw cause;
      }
      if (attempt === ATTEMPTS) {
        throw new RetryableError('ORDERS_UNAVAILABLE', 'the counters are written by others all the time', { cause });
      }
    }
  }
}

async function readMarkers(
  { client, name }: StatisticsTable,
  orders: readonly CountableOrder[],
): Promise<ReadonlyMap<string, Marker>> {
  const markers = new Map<string, Marker>();
  let keys: Record<string, unknown>[] = orders.map(({ orderId }) => markerKey(orderId));
  while (keys.length > 0) {
    const { Responses = {}, UnprocessedKeys = {} } = await callTable(
      client.send(new BatchGetCommand({ RequestItems: { [name]: { Keys: keys, ConsistentRead: true } } })),
    );
    for (const item of Responses[name] ?? []) {
      const marker = markerSchema.parse(item);
      markers.set(marker.statistic, marker);
    }
    keys = UnprocessedKeys[name]?.Keys ?? [];
  }
  return markers;
}

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** The writes that bring markers and counters to the orders' states; none where they are there. */
function changesOf(
  TableName: string,
  orders: readonly CountableOrder[],
  markers: ReadonlyMap<string, Marker>,
): Write[] {
  const moves = orders.flatMap(({ orderId, order }) => {
    const key = markerKey(orderId);
    const marker = markers.get(key.statistic);
    const after = order === undefined ? undefined : countedOrder(order);
    const changes = counterChanges(marker, after);
    const unchanged = Object.keys(changes).length === 0;
    return unchanged ? [] : [{ changes, write: markerMove(TableName, key, marker, after) }];
  });
  const sum = Object.entries(sumOfChanges(moves.map(({ changes }) => changes)));
  return [...moves.map(({ write }) => write), ...(sum.length === 0 ? [] : [addition(TableName, sum)])];
}

function markerMove(
  TableName: string,
  key: { readonly statistic: string },
  marker: Marker | undefined,
  after: CountedOrder | undefined,
): Write {
  const asRead =
    marker === undefined
      ? { ConditionExpression: 'attribute_not_exists(statistic)' }
      : { ConditionExpression: 'version = :version', ExpressionAttributeValues: { ':version': marker.version } };
  if (after === undefined) {
    return { Delete: { TableName, Key: key, ...asRead } };
  }
  return { Put: { TableName, Item: { ...key, ...after, version: (marker?.version ?? 0) + 1 }, ...asRead } };
}

function addition(TableName: string, sum: readonly (readonly [string, number])[]): Write {
  return {
    Update: {
      TableName,
      Key: COUNTERS_KEY,
      UpdateExpression: `ADD ${sum.map((_, index) => `#name${index} :change${index}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(sum.map(([name], index) => [`#name${index}`, name])),
      ExpressionAttributeValues: Object.fromEntries(sum.map(([, change], index) => [`:change${index}`, change])),
    },
  };
}

function markerKey(orderId: string) {
  return { statistic: `order#${orderId}` };
}
