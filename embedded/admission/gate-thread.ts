import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { createGate } from './gate.ts';
import { orderApiLimits } from './order-api-limits.ts';

/** Runs in a thread of its own; see api-gate.ts. */
function openGate(thread: MessagePort): void {
  const { host, port, upstreamPort } = z
    .object({ host: z.string(), port: z.int(), upstreamPort: z.int() })
    .parse(workerData);
  const gate = createGate({ host, port: upstreamPort }, orderApiLimits());
  // Clients come in hordes: the default queue of 511 connections is short for a spike.
  gate.listen({ host, port, backlog: 4096 }, () => thread.postMessage('listening'));
}

// Elsewhere than in a thread it does nothing: so it is compiled ahead of its first run (embedded/compile-ahead.mjs).
if (parentPort !== null) {
  openGate(parentPort);
}
