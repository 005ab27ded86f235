import { endInvocation } from '../../telemetry/invocation.ts';
import type { MetricValue } from '../../telemetry/metric.ts';
import { METRICS_MODE, type MetricsMode, record } from '../../telemetry/metrics.ts';
import { asError, rootLogger } from '../common/logger.ts';
import { once } from '../common/once.ts';
import { certificateDays, inventory, orderTable, statisticsTable } from '../environment.ts';
import { currentGauges, type GaugeDependencies } from '../orders/current-gauges.ts';

/** Dependencies of the function. */
export interface ReportMetricsDependencies extends GaugeDependencies {
  /** Days until the first certificate ends; undefined where there is none. */
  readonly certificateDays: () => Promise<number | undefined>;
}

/**
 * Makes the function that reads what waits and what is held, and writes it to the metrics. Returns what it wrote: nothing
 * where metrics do not go to CloudWatch. In the embedded stack `/metrics` reads the same values when it is asked.
 *
 * It throws RetryableError where a table or the Inventory service does not reply.
 */
export function createHandler(
  dependencies: () => ReportMetricsDependencies,
  mode: MetricsMode = METRICS_MODE,
): () => Promise<readonly MetricValue[]> {
  return async () => {
    if (mode !== 'cloudwatch') {
      return [];
    }
    const [days, current] = await Promise.all([knownDays(dependencies()), currentGauges(dependencies(), new Date())]);
    const gauges: readonly MetricValue[] =
      days === undefined ? current : [...current, { name: 'CertificateDaysLeft', value: days }];
    for (const { name, value, label } of gauges) {
      record(name, value, label);
    }
    await endInvocation();
    return gauges;
  };
}

/** Certificates that cannot be read hold up no other metric. */
async function knownDays({ certificateDays: read }: ReportMetricsDependencies): Promise<number | undefined> {
  try {
    return await read();
  } catch (error) {
    rootLogger().error('the end of the certificates cannot be read', { error: asError(error) });
    return undefined;
  }
}

/** Runs every minute. */
export const handler = createHandler(
  once(() => ({ table: orderTable(), statistics: statisticsTable(), inventory: inventory(), certificateDays })),
);
