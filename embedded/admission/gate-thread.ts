import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { createGate } from './gate.ts';
import { orderApiLimits } from './order-api-limits.ts';

// Runs in a thread of its own; see api-gate.ts.
const { host, port, upstreamPort } = z
  .object({ host: z.string(), port: z.int(), upstreamPort: z.int() })
  .parse(workerData);

const gate = createGate({ host, port: upstreamPort }, orderApiLimits());
// Clients come in hordes: the default queue of 511 connections is short for a spike.
gate.listen({ host, port, backlog: 4096 }, () => parentPort?.postMessage('listening'));
