import { eachOf } from '../common/each-of.ts';
import type { Log } from '../common/logger.ts';
import type { Delivery } from './delivery.ts';
import { replayDeliveries } from './delivery-queue.ts';
import { type DeliveryExecutions, startRun } from './delivery-run.ts';
import { type DeliveryTable, type LogPosition, MAX_LOG_PAGE, readDeliveries, readLog } from './delivery-table.ts';

/** Dependencies of a replay. */
export interface ReplayDependencies {
  readonly deliveries: DeliveryTable;
  readonly executions: DeliveryExecutions;
}

/** What a replay did. */
export interface Replay {
  readonly replayed: number;
  /** Ids that the webhook has no event of. */
  readonly unknown: readonly string[];
  /** Where another replay goes on; absent where nothing is left. */
  readonly nextSince?: string;
}

/** Most events of one replay. */
const MAX_EVENTS = 1_000;

/** Events of one order that are written at once: less than a transaction may have. */
const IN_ONE_WRITE = 50;

/** Queues that are written at a time. */
const CONCURRENCY = 8;

/** An event's id begins with the id of its order. */
const ORDER_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** Lets the events wait again that were queued since a time, oldest first. @throws RetryableError */
export async function replaySince(
  dependencies: ReplayDependencies,
  webhookId: string,
  since: string,
  log: Log,
): Promise<Replay> {
  const found: Delivery[] = [];
  let after: LogPosition | undefined;
  do {
    const page = await readLog(dependencies.deliveries, {
      webhookId,
      since,
      limit: MAX_LOG_PAGE,
      order: 'oldest first',
      after,
    });
    found.push(...page.deliveries);
    after = page.next;
  } while (after !== undefined && found.length < MAX_EVENTS);
  await replayAll(dependencies, webhookId, found, log);
  const last = found.at(-1)?.queued_at;
  return { replayed: found.length, unknown: [], ...(after !== undefined && last !== undefined && { nextSince: last }) };
}

/** Lets these events wait again. @throws RetryableError */
export async function replayEvents(
  dependencies: ReplayDependencies,
  webhookId: string,
  eventIds: readonly string[],
  log: Log,
): Promise<Replay> {
  const orderIds = [...new Set(eventIds.flatMap((id) => ORDER_ID.exec(id)?.[0] ?? []))];
  const found: Delivery[] = [];
  for (const orderId of orderIds) {
    const deliveries = await readDeliveries(dependencies.deliveries, { webhookId, orderId });
    found.push(...deliveries.filter(({ event_id }) => eventIds.includes(event_id)));
  }
  await replayAll(dependencies, webhookId, found, log);
  const known = new Set(found.map(({ event_id }) => event_id));
  return { replayed: found.length, unknown: eventIds.filter((id) => !known.has(id)) };
}

async function replayAll(
  dependencies: ReplayDependencies,
  webhookId: string,
  deliveries: readonly Delivery[],
  log: Log,
): Promise<void> {
  const queues = Map.groupBy(deliveries, ({ order_id }) => order_id);
  await eachOf(queues, CONCURRENCY, async ([orderId, ofOrder]) => {
    for (let from = 0; from < ofOrder.length; from += IN_ONE_WRITE) {
      const part = ofOrder.slice(from, from + IN_ONE_WRITE);
      const run = await replayDeliveries(dependencies.deliveries, { webhookId, orderId }, part);
      if (run !== undefined) {
        await startRun(dependencies, run, log);
      }
    }
  });
}
