import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { definitionOf, METRICS, type MetricName, type MetricValue } from './metric.ts';

/** The metrics of a process in Prometheus' text format. */
export interface PrometheusMetrics {
  readonly take: (value: MetricValue) => void;
  readonly contentType: string;
  readonly text: () => Promise<string>;
}

/** Seconds. An order takes from tenths of a second to the length of its payment window. */
const DURATION_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600];

/** Collects values for `/metrics`. A metric without a dimension is there from the start, as 0. */
export function prometheusMetrics(): PrometheusMetrics {
  const registry = new Registry();
  const takers = new Map<MetricName, (value: MetricValue) => void>();
  for (const name of Object.keys(METRICS) as MetricName[]) {
    takers.set(name, taker(name, registry));
  }
  return {
    take: (value) => takers.get(value.name)?.(value),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

function taker(name: MetricName, registry: Registry): (value: MetricValue) => void {
  const { kind, dimension, help } = definitionOf(name);
  const label = dimension?.toLowerCase();
  const labelNames = label === undefined ? [] : [label];
  const common = { name: prometheusName(name), help, labelNames, registers: [registry] };
  const labelsOf = (value: MetricValue) => (label === undefined ? {} : { [label]: value.label ?? '' });
  switch (kind) {
    case 'count': {
      const counter = new Counter(common);
      return (value) => counter.inc(labelsOf(value), value.value);
    }
    case 'gauge': {
      const gauge = new Gauge(common);
      return (value) => gauge.set(labelsOf(value), value.value);
    }
    case 'duration': {
      const histogram = new Histogram({ ...common, buckets: DURATION_BUCKETS });
      return (value) => histogram.observe(labelsOf(value), value.value / 1_000);
    }
  }
}

/** The name in Prometheus: `OrdersEnded` is `order_saga_orders_ended_total`. Times are in seconds. */
export function prometheusName(name: MetricName): string {
  const { kind, unit } = definitionOf(name);
  const snake = name.replaceAll(/(?<=[a-z])[A-Z]/g, '_$&').toLowerCase();
  const suffix = kind === 'count' ? '_total' : unit === 'Count' ? '' : '_seconds';
  return `order_saga_${snake}${suffix}`;
}
