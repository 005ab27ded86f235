import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inventory, orderTable, statisticsTable } from '../functions/environment.ts';
import { currentGauges } from '../functions/orders/current-gauges.ts';
import type { MetricValue } from '../telemetry/metric.ts';
import { receiveMetrics } from '../telemetry/metrics-channel.ts';
import { type PrometheusMetrics, prometheusMetrics } from '../telemetry/prometheus-metrics.ts';

/** Reads what waits and what is held at the moment. */
export type ReadGauges = () => Promise<readonly MetricValue[]>;

/** The endpoint behind `/metrics` of the API. */
export interface MetricsEndpoint {
  readonly port: number;
  readonly close: () => void;
}

/** The gauges of this stack's tables and of its Inventory service. */
export function readStackGauges(): Promise<readonly MetricValue[]> {
  return currentGauges({ table: orderTable(), statistics: statisticsTable(), inventory: inventory() }, new Date());
}

/**
 * Starts an HTTP server on a free loopback port, which answers every request with the metrics in Prometheus' text format:
 * counts and times of all threads of this process since its start, and gauges of the moment. Gauges that cannot be read
 * keep their last values.
 */
export async function startMetricsEndpoint(readGauges: ReadGauges = readStackGauges): Promise<MetricsEndpoint> {
  const metrics = prometheusMetrics();
  const stopReceiving = receiveMetrics(metrics.take);
  const server = createServer((_request, response) => {
    textOf(metrics, readGauges).then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.destroy(),
    );
  });
  await listening(server);
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      stopReceiving();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function textOf(metrics: PrometheusMetrics, readGauges: ReadGauges): Promise<string> {
  try {
    for (const value of await readGauges()) {
      metrics.take(value);
    }
  } catch (error) {
    console.warn('the gauges of /metrics could not be read', error);
  }
  return metrics.text();
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
}
