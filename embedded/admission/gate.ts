import { randomUUID } from 'node:crypto';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { answer } from '../../functions/common/envelope.ts';
import { GATEWAY_ANSWERS } from '../../functions/http/gateway-answers.ts';
import { insteadOfFrameworkAnswer } from './framework-answer.ts';
import type { LimitChoice } from './order-api-limits.ts';

/** Headers that belong to one connection and are never passed on. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** With this header serverless-offline lets any client be whoever it likes. */
const isImpersonation = (name: string): boolean => name === 'sls-offline-authorizer-override';

/** serverless-offline invites every web page to call the API and read its answers; the API in the cloud invites none. */
const isCrossOrigin = (name: string): boolean => name.startsWith('access-control-');

/** Where the requests go that are let in. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
}

/** What one client, or all of them, may take of the gate. */
export interface GateBounds {
  /** Within this a request must have arrived whole: who sends it drop by drop keeps a place that is others'. */
  readonly requestMilliseconds: number;
  /** More is not even passed on; the API itself takes far less. */
  readonly bodyBytes: number;
  readonly connections: number;
}

/** With all its places taken (`orderApiLimits`), the API holds bodies of 256 MB. */
export const GATE_BOUNDS: GateBounds = { requestMilliseconds: 10_000, bodyBytes: 1024 * 1024, connections: 10_000 };

/**
 * A server that passes requests on to another one, and answers at once with 503 and Retry-After what is over its limit.
 * It takes over what API Gateway's throttling does in the cloud.
 */
export function createGate(upstream: Upstream, limitOf: LimitChoice, bounds: GateBounds = GATE_BOUNDS): Server {
  const agent = new Agent({ keepAlive: true, scheduling: 'lifo' });
  const { requestMilliseconds, bodyBytes, connections } = bounds;
  const times = {
    headersTimeout: requestMilliseconds,
    requestTimeout: requestMilliseconds,
    connectionsCheckingInterval: Math.ceil(requestMilliseconds / 10),
  };
  const gate = createServer(times, (incoming, response) => {
    if (Number(incoming.headers['content-length'] ?? 0) > bodyBytes) {
      refuseAsTooLarge(incoming, response);
      return;
    }
    const limit = limitOf(incoming.url ?? '');
    if (limit?.tryEnter() === false) {
      refuse(incoming, response);
      return;
    }
    const enteredAt = performance.now();
    response.once('close', () => limit?.leave(enteredAt, performance.now()));
    passOn(incoming, response, upstream, agent);
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
    headers: without(endToEnd(incoming.headers), isImpersonation),
    setHost: false,
  });
  outgoing.once('response', (answered) => {
    const replacement = insteadOfFrameworkAnswer(answered);
    if (replacement !== undefined) {
      answered.resume();
      send(response, replacement);
      return;
    }
    response.writeHead(answered.statusCode ?? 502, without(endToEnd(answered.headers), isCrossOrigin));
    answered.pipe(response);
    // An answer that breaks off breaks off for the client, too.
    answered.once('error', () => response.destroy());
  });
  outgoing.once('error', (error: NodeJS.ErrnoException) => {
    if (response.headersSent || response.destroyed) return;
    // Not connected: surely nothing was done. Otherwise the client must not take silence for a "no".
    if (error.code === 'ECONNREFUSED') refuse(incoming, response);
    else response.destroy();
  });
  response.once('close', () => {
    if (!response.writableFinished) outgoing.destroy();
  });
  incoming.pipe(outgoing);
}

function refuse(incoming: IncomingMessage, response: ServerResponse): void {
  // Spread over seconds, so that those who were refused together do not come back together.
  const retryAfter = 1 + Math.floor(Math.random() * 5);
  const { code, data } = GATEWAY_ANSWERS.THROTTLED;
  incoming.resume();
  send(
    response,
    answer(503, data, {
      meta: { code, request_id: randomUUID() },
      headers: { 'Retry-After': String(retryAfter) },
    }),
  );
}

function refuseAsTooLarge(incoming: IncomingMessage, response: ServerResponse): void {
  const { status, code, data } = GATEWAY_ANSWERS.REQUEST_TOO_LARGE;
  const refusal = answer(status, data, { meta: { code, request_id: randomUUID() } });
  // Whoever is still sending when the connection ends sees it broken, and no answer.
  incoming.resume().once('end', () => send(response, refusal));
}

/** A body whose length nobody said is counted as it comes. */
function cutOffAt(most: number, incoming: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > most) response.destroy();
  });
}

function send(response: ServerResponse, { statusCode, headers, body }: APIGatewayProxyResult): void {
  response.writeHead(statusCode, headers as Record<string, string>).end(body);
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return without(headers, (name) => hopByHop.has(name));
}

function without(headers: IncomingHttpHeaders, isUnwanted: (name: string) => boolean): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isUnwanted(name)));
}
