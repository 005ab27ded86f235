import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { cloudWatchMetrics } from './cloudwatch-metrics.ts';
import { definitionOf, METRICS, type MetricName, type MetricValue } from './metric.ts';
import { metricsSender, receiveMetrics } from './metrics-channel.ts';
import { prometheusMetrics, prometheusName } from './prometheus-metrics.ts';

const NAMES = Object.keys(METRICS) as MetricName[];
const PAGE = readFileSync(join(import.meta.dirname, '..', 'docs', 'telemetry.md'), 'utf8');

test('docs/telemetry.md lists every metric with its unit and its dimension', () => {
  const rows = [...PAGE.matchAll(/^\| `([A-Z]\w+)` \| (\w+) \|(?: `(\w+)`)?/gm)].map(([, name, unit, dimension]) => ({
    name,
    unit,
    dimension,
  }));
  const defined = NAMES.map((name) => {
    const { unit, dimension } = definitionOf(name);
    return { name, unit, dimension };
  });
  expect(rows).toEqual(defined);
});

test('a value goes to CloudWatch as one line in the embedded metric format', () => {
  const before = { ...process.env };
  // Otherwise it writes to the process's output itself.
  Object.assign(process.env, {
    POWERTOOLS_SERVICE_NAME: 'orders-test',
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_METRICS_DISABLED: 'false',
  });
  const lines: string[] = [];
  const spy = jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  try {
    cloudWatchMetrics().write({ name: 'OrdersEnded', value: 2, label: 'REJECTED' });
  } finally {
    spy.mockRestore();
    process.env = before;
  }
  expect(lines).toHaveLength(1);
  const { _aws, ...values } = JSON.parse(lines[0] ?? '');
  expect(values).toEqual({ service: 'orders-test', Outcome: 'REJECTED', OrdersEnded: 2 });
  expect(_aws.CloudWatchMetrics).toEqual([
    { Namespace: 'OrderSaga', Dimensions: [['service', 'Outcome']], Metrics: [{ Name: 'OrdersEnded', Unit: 'Count' }] },
  ]);
});

test('Prometheus reads counts, gauges and times in seconds', async () => {
  const metrics = prometheusMetrics();
  const values: readonly MetricValue[] = [
    { name: 'OrdersEnded', value: 1, label: 'CONFIRMED' },
    { name: 'OrdersEnded', value: 2, label: 'CONFIRMED' },
    { name: 'OrdersParked', value: 4 },
    { name: 'OrdersParked', value: 3 },
    { name: 'WebhookDelay', value: 700 },
  ];
  for (const value of values) {
    metrics.take(value);
  }
  const lines = (await metrics.text()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'order_saga_orders_ended_total{outcome="CONFIRMED"} 3',
      'order_saga_orders_parked 3',
      'order_saga_webhook_delay_seconds_bucket{le="0.5"} 0',
      'order_saga_webhook_delay_seconds_bucket{le="1"} 1',
      'order_saga_webhook_delay_seconds_sum 0.7',
      'order_saga_unowned_authorizations_total 0',
    ]),
  );
});

test.each([
  ['OrdersEnded', 'order_saga_orders_ended_total'],
  ['OldestParkedOrderAge', 'order_saga_oldest_parked_order_age_seconds'],
  ['SagaDuration', 'order_saga_saga_duration_seconds'],
  ['StockHeld', 'order_saga_stock_held'],
] as const)('%s is %s in Prometheus', (name, expected) => {
  expect(prometheusName(name)).toBe(expected);
});

test('values of a thread reach the receiver of its process: counts summed, others one by one', async () => {
  const received: MetricValue[] = [];
  const done = Promise.withResolvers<void>();
  const stop = receiveMetrics((value) => {
    received.push(value);
    if (received.length === 4) {
      done.resolve();
    }
  });
  const sender = metricsSender();
  for (const label of ['CONFIRMED', 'REJECTED', 'CONFIRMED']) {
    sender.write({ name: 'OrdersEnded', value: 1, label });
  }
  sender.write({ name: 'WebhookDelay', value: 5 });
  sender.write({ name: 'WebhookDelay', value: 6 });
  await done.promise;
  stop();
  expect(received).toEqual([
    { name: 'OrdersEnded', value: 2, label: 'CONFIRMED' },
    { name: 'OrdersEnded', value: 1, label: 'REJECTED' },
    { name: 'WebhookDelay', value: 5 },
    { name: 'WebhookDelay', value: 6 },
  ]);
});
