import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { orderApiLimits } from './order-api-limits.ts';
import { createReverseProxy } from './reverse-proxy.ts';

/** The worker thread that `api-proxy.ts` starts. */
function startProxy(parent: MessagePort): void {
  const { host, port, upstreamPort } = z
    .object({ host: z.string(), port: z.int(), upstreamPort: z.int() })
    .parse(workerData);
  const proxy = createReverseProxy({ host, port: upstreamPort }, orderApiLimits());
  // Node's default backlog of 511 connections is too short for a spike.
  proxy.listen({ host, port, backlog: 4096 }, () => parent.postMessage('listening'));
}

// Does nothing outside a worker thread, so that embedded/compile-ahead.mjs can import it.
if (parentPort !== null) {
  startProxy(parentPort);
}
