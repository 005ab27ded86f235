import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { metricsSender } from '../../telemetry/metrics-channel.ts';
import { methodsOf } from './api-routes.ts';
import { isLaboratory, METRICS_PATH, orderApiLimits, requestPath } from './order-api-limits.ts';
import { createReverseProxy, REVERSE_PROXY_LIMITS } from './reverse-proxy.ts';

const options = z.object({
  host: z.string(),
  port: z.int(),
  upstreamPort: z.int(),
  routes: z.array(z.object({ method: z.string(), path: z.string() })).default([]),
  metricsPort: z.int().optional(),
  laboratoryPort: z.int().optional(),
});

/** The worker thread that `api-proxy.ts` starts. */
function startProxy(parent: MessagePort): void {
  const { host, port, upstreamPort, routes, metricsPort, laboratoryPort } = options.parse(workerData);
  const upstream = { host, port: upstreamPort };
  const metrics = { host, port: metricsPort ?? upstreamPort };
  const laboratory = { host, port: laboratoryPort ?? upstreamPort };
  const sender = metricsSender();
  const { limitOf, isCrowded } = orderApiLimits();
  const proxy = createReverseProxy(upstream, limitOf, REVERSE_PROXY_LIMITS, {
    isCrowded,
    methodsOf: methodsOf(routes),
    upstreamOf: (url) => {
      const path = requestPath(url);
      return path === METRICS_PATH ? metrics : isLaboratory(path) ? laboratory : upstream;
    },
    onRefused: () => sender.write({ name: 'RequestsRefused', value: 1 }),
  });
  // Node's default backlog of 511 connections is too short for a spike.
  proxy.listen({ host, port, backlog: 4096 }, () => parent.postMessage('listening'));
}

// Does nothing outside a worker thread, so that embedded/compile-ahead.mjs can import it.
if (parentPort !== null) {
  startProxy(parentPort);
}
