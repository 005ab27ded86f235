import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { KEYS_TO_READ } from '../common/spread-key.ts';
import { callTable, type OrderTable, rowPages } from './order-table.ts';

// The sparse index `saga-due` holds open orders, and confirmed ones with open refunds, by the time until which their saga must
// have written again. Its rows are spread over several keys; a reader merges them.

/** A row of the index. */
interface DueOrder {
  readonly orderId: string;
  readonly dueAt: string;
}

/** Most of the keys have no row that is due. */
const ROWS_A_PAGE = 25;

/**
 * Ids of the orders whose saga, or that of one of their refunds, should have written again by the given time, longest overdue
 * first.
 *
 * @throws RetryableError where DynamoDB does not reply
 */
export async function* sagaDueOrders(table: OrderTable, now: Date): AsyncGenerator<string> {
  const queues = KEYS_TO_READ.map((key) => dueOrdersOf(table, key, now));
  const heads = await Promise.all(queues.map((queue) => queue.next()));
  for (;;) {
    const first = indexOfFirst(heads);
    const queue = queues[first];
    const head = heads[first];
    if (queue === undefined || head === undefined || head.done === true) {
      return;
    }
    yield head.value.orderId;
    heads[first] = await queue.next();
  }
}

/** The position of the head that is due first; -1 where no queue has one. */
function indexOfFirst(heads: readonly IteratorResult<DueOrder, void>[]): number {
  return heads.reduce((first, head, at) => {
    const earliest = heads[first];
    const isEarlier =
      earliest === undefined || earliest.done === true || (!head.done && head.value.dueAt < earliest.value.dueAt);
    return !head.done && isEarlier ? at : first;
  }, -1);
}

async function* dueOrdersOf(table: OrderTable, key: string, now: Date): AsyncGenerator<DueOrder, void> {
  const query = { ...sagaDueBy(key, now), ProjectionExpression: 'order_id, saga_due_at' };
  for await (const rows of rowPages(table, ROWS_A_PAGE, query)) {
    yield* rows.map(({ order_id, saga_due_at }) => ({ orderId: String(order_id), dueAt: String(saga_due_at) }));
  }
}

function sagaDueBy(key: string, time: Date) {
  return {
    IndexName: 'saga-due',
    KeyConditionExpression: 'saga_due = :key AND saga_due_at <= :time',
    ExpressionAttributeValues: { ':key': key, ':time': time.toISOString() },
  } satisfies Partial<QueryCommandInput>;
}

/** Orders that the reconciliation should have looked at. */
export interface OverdueOrders {
  /** At most {@link MOST_OVERDUE}. */
  readonly count: number;
  /** By when the saga of the first one should have written; ISO 8601. */
  readonly oldestAt: string | undefined;
}

/** More overdue orders are not counted: as many are reason enough to look. */
export const MOST_OVERDUE = 100;

/**
 * Orders whose saga, or that of one of their refunds, should have written before the given time. One request for each key of
 * the index, however many orders there are.
 *
 * @throws RetryableError where DynamoDB does not reply
 */
export async function overdueOrders({ client, name }: OrderTable, before: Date): Promise<OverdueOrders> {
  const answers = await callTable(
    Promise.all(
      KEYS_TO_READ.map((key) =>
        client.send(new QueryCommand({ ...sagaDueBy(key, before), TableName: name, Limit: MOST_OVERDUE })),
      ),
    ),
  );
  const times = answers.flatMap(({ Items = [] }) => Items.map(({ saga_due_at }) => String(saga_due_at)));
  return { count: Math.min(times.length, MOST_OVERDUE), oldestAt: times.toSorted()[0] };
}
