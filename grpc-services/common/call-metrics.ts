import { createServer } from 'node:http';
import { ConfigurationError } from './environment.ts';

/** Takes the outcome of each call. */
export interface CallMetrics {
  /** @param code name of the gRPC status, such as `OK` */
  readonly answered: (rpc: string, code: string, ms: number) => void;
}

/** The default: nobody reads metrics. */
export const noCallMetrics: CallMetrics = { answered: () => undefined };

/** Where Prometheus reads the metrics of a service. */
export interface CallMetricsSettings {
  readonly service: string;
  readonly host: string;
  readonly port: number;
}

/** Metrics with their HTTP server. */
export interface ServedCallMetrics extends CallMetrics {
  readonly close: () => void;
}

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Serves `GET /metrics` in Prometheus' text format: the calls by RPC and status code, and the process itself.
 *
 * @throws ConfigurationError when the port is taken
 */
export async function serveCallMetrics({ service, host, port }: CallMetricsSettings): Promise<ServedCallMetrics> {
  // Loaded here only: a service without a port for its metrics does without the library.
  const { collectDefaultMetrics, Histogram, Registry } = await import('prom-client');
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const calls = new Histogram({
    name: 'order_saga_grpc_call_duration_seconds',
    help: 'Time to the answer of a gRPC call',
    labelNames: ['rpc', 'code'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new ConfigurationError(`METRICS_PORT: cannot listen on ${host}:${port}.`, { cause }));
    });
    server.listen(port, host, resolve);
  });
  return {
    answered: (rpc, code, ms) => calls.observe({ rpc, code }, ms / 1_000),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
