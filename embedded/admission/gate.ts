import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { answerHeaders, requestHeaders } from './forwarded-headers.ts';
import { insteadOfFrameworkAnswer } from './framework-answer.ts';
import type { LimitChoice } from './order-api-limits.ts';
import { refusalOf, refuse, send } from './refusal.ts';

/** Where the requests go that are let in. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
}

/** What one client, or all of them, may take of the gate. */
export interface GateBounds {
  /** Within this a request must have arrived whole: who sends it drop by drop keeps a place that is others'. */
  readonly requestMs: number;
  /** More is not even passed on; the API itself takes far less. */
  readonly bodyBytes: number;
  readonly connections: number;
}

/**
 * With all the places of `orderApiLimits` taken (256 and 64 payments) the API holds bodies of 320 MB at most; those of
 * `/health` come on top, as far as there are connections.
 */
export const GATE_BOUNDS: GateBounds = { requestMs: 10_000, bodyBytes: 1024 * 1024, connections: 10_000 };

/**
 * A server that passes requests on to another one, and answers at once with 503 and Retry-After what is over its limit.
 * It takes over what API Gateway's throttling does in the cloud.
 */
export function createGate(upstream: Upstream, limitOf: LimitChoice, bounds: GateBounds = GATE_BOUNDS): Server {
  const agent = new Agent({ keepAlive: true, scheduling: 'lifo' });
  const { requestMs, bodyBytes, connections } = bounds;
  const times = {
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.ceil(requestMs / 10),
  };
  const gate = createServer(times, (incoming, response) => {
    const refusal = refusalOf(incoming, bodyBytes);
    if (refusal !== undefined) {
      refuse(incoming, response, refusal);
      return;
    }
    const limit = limitOf(incoming.url ?? '');
    if (limit?.tryEnter() === false) {
      refuse(incoming, response, 'THROTTLED');
      return;
    }
    const enteredAt = performance.now();
    response.once('close', () => limit?.leave(enteredAt, performance.now()));
    try {
      passOn(incoming, response, upstream, agent);
    } catch {
      // Node's client does not take everything that its server took.
      refuse(incoming, response, 'DEFAULT_4XX');
    }
    cutOffAt(bodyBytes, incoming, response);
  });
  gate.maxConnections = connections;
  gate.once('close', () => agent.destroy());
  return gate;
}

function passOn(incoming: IncomingMessage, response: ServerResponse, { host, port }: Upstream, agent: Agent): void {
  const outgoing = request({
    host,
    port,
    agent,
    method: incoming.method,
    path: incoming.url,
    headers: requestHeaders(incoming),
    setHost: false,
  });
  outgoing.once('response', (answered) => {
    try {
      passBack(answered, response);
    } catch {
      // An answer that Node's server does not give: what was done is unknown.
      outgoing.destroy();
      refuse(incoming, response, 'DEFAULT_5XX');
    }
  });
  outgoing.once('error', (error: NodeJS.ErrnoException) => {
    if (response.headersSent || response.destroyed) {
      return;
    }
    // Not connected: surely nothing was done. Otherwise the client must not take silence for a "no".
    if (error.code === 'ECONNREFUSED') {
      refuse(incoming, response, 'THROTTLED');
    } else {
      response.destroy();
    }
  });
  response.once('close', () => {
    if (!response.writableFinished) {
      outgoing.destroy();
    }
  });
  incoming.pipe(outgoing);
}

function passBack(answered: IncomingMessage, response: ServerResponse): void {
  const replacement = insteadOfFrameworkAnswer(answered);
  if (replacement !== undefined) {
    answered.resume();
    send(response, replacement);
    return;
  }
  response.writeHead(answered.statusCode ?? 502, answerHeaders(answered));
  answered.pipe(response);
  // An answer that breaks off breaks off for the client, too.
  answered.once('error', () => response.destroy());
}

/** A body whose length nobody said is counted as it comes. */
function cutOffAt(most: number, incoming: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > most) {
      response.destroy();
    }
  });
}
