import type { GrowthReport } from './bench-report.ts';
import type { BenchSetting } from './bench-setting.ts';
import { closedLoop } from './closed-loop.ts';
import { cpuBetween, usageOf } from './stack-usage.ts';
import { StoredOrders } from './stored-orders.ts';
import type { Workbench } from './workbench.ts';

/** Fills the tables step by step, and measures at each what one more order costs. */
export async function measureGrowth(
  { stack, plan, say }: BenchSetting,
  bench: Workbench,
  concurrency: number,
): Promise<readonly GrowthReport[]> {
  const template = await bench.confirmedOrder();
  const tables = new StoredOrders(bench.dynamodb, 'dev');
  const reports: GrowthReport[] = [];
  let stored = 0;
  for (const wanted of plan.stored) {
    say(`Storing ${(wanted - stored).toLocaleString('en')} more orders ...`);
    await tables.add(wanted - stored, template);
    stored = wanted;
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

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
