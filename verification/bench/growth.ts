import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../embedded/eventually.ts';
import type { EmbeddedStack } from '../../embedded/stack.ts';
import type { AwsCalls } from './aws-calls.ts';
import type { BenchRun } from './bench-plan.ts';
import type { GrowthReport } from './bench-report.ts';
import type { BenchStack } from './bench-stack.ts';
import { closedLoop } from './closed-loop.ts';
import { cpuBetween, usageOf } from './process-usage.ts';

const ROWS_A_CALL = 25;
const CALLS_AT_ONCE = 8;
/** A stack with less processor time than a tenth of a core has nothing left to work off. */
const LOOK_MS = 2_000;
const IDLE_CPU_MS = LOOK_MS / 10;
const WORKED_OFF_WITHIN_MS = 900_000;

type Row = Readonly<Record<string, unknown>>;
interface StoredRow {
  readonly table: string;
  readonly row: Row;
}

/** Fills the tables step by step, and measures at each step what one more order costs. */
export async function measureGrowth(
  { stack, plan, say }: BenchRun,
  bench: BenchStack,
  concurrency: number,
): Promise<readonly GrowthReport[]> {
  const template = await bench.confirmedOrder();
  const tables = new OrderCopies(bench.dynamodb, 'dev');
  const reports: GrowthReport[] = [];
  let stored = 0;
  for (const wanted of plan.stored) {
    say(`Storing ${(wanted - stored).toLocaleString('en')} more orders ...`);
    await tables.add(wanted - stored, template);
    stored = wanted;
    // The rows come by the stream too: they are counted and told to webhooks like any order's.
    await untilWorkedOff(stack);
    const before = usageOf(stack);
    const result = await closedLoop(bench.overHttp(), concurrency, plan.growth);
    const after = usageOf(stack);
    const cpu = (part?: string) =>
      before && after ? cpuBetween(before, after, part) / Math.max(1, result.orders) : null;
    say(`  with ${stored.toLocaleString('en')} stored: ${result.orders_per_second} orders/s`);
    reports.push({
      stored,
      orders_per_second: result.orders_per_second,
      order_p50_ms: result.order_ms?.p50 ?? 0,
      order_p99_ms: result.order_ms?.p99 ?? 0,
      cpu_ms_per_order: rounded(cpu()),
      dynamodb_cpu_ms_per_order: rounded(cpu('dynamodb')),
    });
  }
  return reports;
}

/** Waits until the stack has worked off what it was given. Without /proc nobody can tell, and nothing is waited for. */
async function untilWorkedOff(stack: EmbeddedStack): Promise<void> {
  let before = usageOf(stack);
  await eventually(
    async () => {
      await sleep(LOOK_MS);
      const after = usageOf(stack);
      const isIdle = before === undefined || after === undefined || cpuBetween(before, after) < IDLE_CPU_MS;
      before = after;
      return isIdle;
    },
    { withinMs: WORKED_OFF_WITHIN_MS, what: 'a stack that has worked off the copied orders' },
  );
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}

/**
 * Fills the tables as many finished orders would. It copies the four rows of one order that went through the saga under
 * new ids, straight into the tables.
 */
class OrderCopies {
  readonly #dynamodb: AwsCalls;
  readonly #stage: string;

  constructor(dynamodb: AwsCalls, stage: string) {
    this.#dynamodb = dynamodb;
    this.#stage = stage;
  }

  /** Adds copies of a confirmed order. */
  async add(count: number, confirmed_id: string): Promise<void> {
    const rows = JSON.stringify(await this.#rowsOf(confirmed_id));
    let left = count;
    const writer = async () => {
      while (left > 0) {
        // An order has four rows, so six orders fit into one call.
        const orders = Math.min(left, 6);
        left -= orders;
        const copies = Array.from({ length: orders }, () => rows.replaceAll(confirmed_id, randomUUID()));
        await this.#write(copies.flatMap((copy) => JSON.parse(copy) as StoredRow[]));
      }
    };
    await Promise.all(Array.from({ length: CALLS_AT_ONCE }, writer));
  }

  async #rowsOf(order_id: string): Promise<readonly StoredRow[]> {
    const keys = [
      [`orders-${this.#stage}`, order_id],
      [`inventory-reservations-${this.#stage}`, order_id],
      [`payments-${this.#stage}`, order_id],
      [`payments-${this.#stage}`, `charge#${order_id}#${order_id}`],
    ] as const;
    return await Promise.all(
      keys.map(async ([table, key]) => {
        const { Item } = await this.#dynamodb.call('dynamodb', 'GetItem', {
          TableName: table,
          Key: { order_id: { S: key } },
        });
        if (Item === undefined) {
          throw new Error(`Table ${table} has no row ${key}: there is nothing to copy`);
        }
        return { table, row: Item as Row };
      }),
    );
  }

  async #write(rows: readonly StoredRow[]): Promise<void> {
    if (rows.length > ROWS_A_CALL) {
      throw new Error(`${rows.length} rows do not fit into one BatchWriteItem`);
    }
    const byTable = Map.groupBy(rows, ({ table }) => table);
    const requests = [...byTable].map(([table, group]) => [
      table,
      group.map(({ row }) => ({ PutRequest: { Item: row } })),
    ]);
    const { UnprocessedItems } = await this.#dynamodb.call('dynamodb', 'BatchWriteItem', {
      RequestItems: Object.fromEntries(requests),
    });
    if (Object.keys(UnprocessedItems ?? {}).length > 0) {
      throw new Error('DynamoDB left rows unwritten');
    }
  }
}
