import { endInvocation } from '../../telemetry/invocation.ts';
import type { MetricValue } from '../../telemetry/metric.ts';
import { METRICS_MODE, record } from '../../telemetry/metrics.ts';
import { once } from '../common/once.ts';
import { inventory, orderTable, statisticsTable } from '../environment.ts';
import { currentGauges, type GaugeDependencies } from '../orders/current-gauges.ts';

/** Makes the function that reads what waits and what is held, and writes it to the metrics. Returns what it wrote. */
export function createHandler(dependencies: () => GaugeDependencies): () => Promise<readonly MetricValue[]> {
  return async () => {
    const gauges = await currentGauges(dependencies(), new Date());
    for (const { name, value, label } of gauges) {
      record(name, value, label);
    }
    await endInvocation();
    return gauges;
  };
}

const report = createHandler(
  once(() => ({ table: orderTable(), statistics: statisticsTable(), inventory: inventory() })),
);

/** Runs every minute. In the embedded stack `/metrics` reads the same values when it is asked. */
export async function handler(): Promise<readonly MetricValue[]> {
  return METRICS_MODE === 'cloudwatch' ? report() : [];
}
