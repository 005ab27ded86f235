import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { definitionOf, type MetricSink } from './metric.ts';

/**
 * Writes each value as a line in CloudWatch's embedded metric format. The dimension `service` comes from
 * POWERTOOLS_SERVICE_NAME. Invocations may overlap, so each value is written by itself.
 */
export function cloudWatchMetrics(): MetricSink {
  const metrics = new Metrics({ namespace: 'OrderSaga' });
  return {
    write: ({ name, value, label }) => {
      const { unit, dimension } = definitionOf(name);
      const single = metrics.singleMetric();
      if (dimension !== undefined && label !== undefined) {
        single.addDimension(dimension, label);
      }
      single.addMetric(name, MetricUnit[unit], value);
    },
  };
}
