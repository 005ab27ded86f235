import type { MetricName, MetricSink } from './metric.ts';

/** Where metrics go (`METRICS`): to CloudWatch in log lines, to `/metrics` of the embedded stack, or nowhere. */
export type MetricsMode = 'cloudwatch' | 'prometheus' | 'off';

let sink: Promise<MetricSink | undefined> | undefined;
let pending: Promise<void> = Promise.resolve();

/** Read once, at the start of the process: a wrong value shows at once. */
export const METRICS_MODE = metricsMode();

function metricsMode(): MetricsMode {
  const text = process.env.METRICS || 'off';
  if (text !== 'cloudwatch' && text !== 'prometheus' && text !== 'off') {
    throw new Error(`METRICS is '${text}'; it must be cloudwatch, prometheus or off`);
  }
  return text;
}

/** Adds to a metric, or measures once. Does nothing where METRICS is off. */
export function record(name: MetricName, value: number, label?: string): void {
  if (METRICS_MODE === 'off') {
    return;
  }
  sink ??= openSink();
  const written = sink.then((opened) => opened?.write({ name, value, label }));
  pending = Promise.all([pending, written]).then(() => undefined);
}

/** Resolves when every value so far is written. An invocation awaits it before its answer. */
export function metricsWritten(): Promise<void> {
  return pending;
}

async function openSink(): Promise<MetricSink | undefined> {
  switch (METRICS_MODE) {
    case 'cloudwatch':
      return (await import('./cloudwatch-metrics.ts')).cloudWatchMetrics();
    case 'prometheus':
      return (await import('./metrics-channel.ts')).metricsSender();
    case 'off':
      return undefined;
  }
}
