import { endInvocation } from '../../telemetry/invocation.ts';
import type { MetricValue } from '../../telemetry/metric.ts';
import { METRICS_MODE, type MetricsMode, record } from '../../telemetry/metrics.ts';
import { once } from '../common/once.ts';
import { inventory, orderTable, statisticsTable } from '../environment.ts';
import { currentGauges, type GaugeDependencies } from '../orders/current-gauges.ts';

/**
 * Makes the function that reads what waits and what is held, and writes it to the metrics. Returns what it wrote: nothing
 * where metrics do not go to CloudWatch. In the embedded stack `/metrics` reads the same values when it is asked.
 *
 * It throws RetryableError where a table or the Inventory service does not reply.
 */
export function createHandler(
  dependencies: () => GaugeDependencies,
  mode: MetricsMode = METRICS_MODE,
): () => Promise<readonly MetricValue[]> {
  return async () => {
    if (mode !== 'cloudwatch') {
      return [];
    }
    const gauges = await currentGauges(dependencies(), new Date());
    for (const { name, value, label } of gauges) {
      record(name, value, label);
    }
    await endInvocation();
    return gauges;
  };
}

/** Runs every minute. */
export const handler = createHandler(
  once(() => ({ table: orderTable(), statistics: statisticsTable(), inventory: inventory() })),
);
