import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { wasNeverConnected } from '../../aws-clients/never-connected.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { answerHeaders, requestHeaders } from './forwarded-headers.ts';
import { gatewayResponseInsteadOf, methodNotAllowed, refusalOf, refuse, send } from './gateway-responses.ts';
import type { ApiLimits, LimitChoice } from './order-api-limits.ts';
import { type PendingAnswer, PendingAnswers, type Pressure } from './pending-answers.ts';
import { RetrySlots } from './retry-slots.ts';

/** The server that admitted requests are passed on to. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
}

/** What one client, or all of them, may take of the proxy. */
export interface ReverseProxyLimits {
  /** Within this time a request must have arrived whole, so that a slow sender keeps no place from others. */
  readonly requestMs: number;
  /** Longer bodies are not passed on. The API itself accepts far less. */
  readonly maxBodyBytes: number;
  readonly maxConnections: number;
}

/**
 * With all places of `orderApiLimits` taken (three times 256, and 64 payments), the API holds at most 832 MB of bodies. Requests
 * to `/health` come on top, up to the number of connections.
 */
export const REVERSE_PROXY_LIMITS: ReverseProxyLimits = {
  requestMs: 10_000,
  maxBodyBytes: 1024 * 1024,
  maxConnections: 10_000,
};

/**
 * How long a connection to the API is kept idle. The API closes its idle ones after 5 s. Where its event loop is late it does so
 * although a request has come, which breaks off unanswered: it has 4 s to be late.
 */
const IDLE_MS = 1_000;

/** While so many questions for a status are with the API, others are answered from memory where they can be. */
const BUSY_IN_FLIGHT = 4;

/** What differs from a proxy before one server. */
export interface ReverseProxyHooks {
  /** The server for a request, by its URL. */
  readonly upstreamOf: (url: string) => Upstream;
  /** Whether questions for the status of orders may be answered from memory now. */
  readonly isCrowded: ApiLimits['isCrowded'];
  /** The methods that a URL's path has; none where there is no such path. */
  readonly methodsOf: (url: string) => readonly string[];
  /** Called with each request that is answered with 503. */
  readonly onRefused: () => void;
}

/**
 * A reverse proxy with a concurrency limit. Requests over the limit are answered at once with 503 and Retry-After, as API
 * Gateway's throttling does in the cloud. In a spike, a question for the status of an order that has not begun is answered from
 * memory, as API Gateway's cache would.
 */
export function createReverseProxy(
  upstream: Upstream,
  limitOf: LimitChoice,
  limits: ReverseProxyLimits = REVERSE_PROXY_LIMITS,
  {
    upstreamOf = () => upstream,
    isCrowded = () => false,
    methodsOf = () => [],
    onRefused = () => undefined,
  }: Partial<ReverseProxyHooks> = {},
): Server {
  const agent = new Agent({ keepAlive: true, scheduling: 'lifo', timeout: IDLE_MS });
  const { requestMs, maxBodyBytes, maxConnections } = limits;
  const timeouts = {
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.ceil(requestMs / 10),
  };
  const slotsOf = createSlots();
  const answers = new PendingAnswers();
  const proxy = createServer(timeouts, (incoming, response) => {
    const refusal = refusalOf(incoming, maxBodyBytes);
    if (refusal !== undefined) {
      refuse(incoming, response, refusal);
      return;
    }
    const refused = refusedMethod(incoming, methodsOf);
    if (refused !== undefined) {
      incoming.resume();
      send(response, refused);
      return;
    }
    const limit = limitOf(incoming.url ?? '');
    const enteredAt = performance.now();
    const pressure = pressureOn(limit, isCrowded(enteredAt));
    const remembered = pressure === undefined ? undefined : answers.find(incoming, pressure, enteredAt);
    if (remembered !== undefined) {
      repeat(incoming, response, remembered);
      return;
    }
    if (limit?.tryEnter() === false) {
      onRefused();
      refuse(incoming, response, 'THROTTLED', slotsOf(limit).secondsUntilSlot(enteredAt));
      return;
    }
    response.once('close', () => {
      const now = performance.now();
      limit?.leave(enteredAt, now);
      if (limit !== undefined && response.writableFinished && response.statusCode !== 503) {
        slotsOf(limit).served(now);
      }
    });
    try {
      forward(incoming, response, { ...upstreamOf(incoming.url ?? ''), agent, answers, methodsOf, onRefused });
    } catch {
      // Node's client refuses some requests that Node's server accepts.
      refuse(incoming, response, 'DEFAULT_4XX');
    }
    closeWhenOver(maxBodyBytes, incoming, response);
  });
  proxy.maxConnections = maxConnections;
  proxy.once('close', () => agent.destroy());
  return proxy;
}

/** The slots of each limit: that one kind of requests is served quickly makes no room for another. */
function createSlots(): (limit: ConcurrencyLimit) => RetrySlots {
  const slots = new Map<ConcurrencyLimit, RetrySlots>();
  return (limit) => {
    const known = slots.get(limit) ?? new RetrySlots();
    slots.set(limit, known);
    return known;
  };
}

/**
 * The answer to a method that a path does not have. GET and POST are left to the API's router, whose answer is replaced later:
 * only of other methods it would take a path of its own, such as `/webhooks/secret`, for one with a variable.
 */
function refusedMethod({ method = '', url = '' }: IncomingMessage, methodsOf: ReverseProxyHooks['methodsOf']) {
  if (method === 'GET' || method === 'POST') {
    return undefined;
  }
  const methods = methodsOf(url);
  return methods.length === 0 || methods.includes(method) ? undefined : methodNotAllowed(methods);
}

/** What all requests share. */
interface Connections {
  readonly agent: Agent;
  readonly answers: PendingAnswers;
}

/** @returns undefined where the API has time for each question */
function pressureOn(limit: ConcurrencyLimit | undefined, isCrowded: boolean): Pressure | undefined {
  if (limit === undefined || limit.inFlight < Math.min(BUSY_IN_FLIGHT, limit.limit)) {
    return undefined;
  }
  return limit.inFlight >= limit.limit ? 'full' : isCrowded ? 'crowded' : 'busy';
}

/**
 * Answers as the API did a moment ago. `Age` (RFC 9111, section 5.1) says how long ago, in whole seconds. Before `Retry-After`
 * has passed, a further question would get the same answer.
 */
function repeat(incoming: IncomingMessage, response: ServerResponse, remembered: PendingAnswer): void {
  const { headers, body, ageMs, staysMs } = remembered;
  const wait = Math.max(1, Math.ceil(staysMs / 1_000), Number(headers['retry-after'] ?? 0));
  incoming.resume();
  response
    .writeHead(200, { ...headers, age: String(Math.floor(ageMs / 1_000)), 'retry-after': String(wait) })
    .end(body);
}

function whenRead(message: IncomingMessage, tell: (body: string) => void): void {
  const chunks: Buffer[] = [];
  message.on('data', (chunk: Buffer) => chunks.push(chunk));
  message.once('end', () => tell(Buffer.concat(chunks).toString('utf8')));
}

function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  {
    host,
    port,
    agent,
    answers,
    methodsOf,
    onRefused,
  }: Upstream & Pick<ReverseProxyHooks, 'methodsOf' | 'onRefused'> & Connections,
): void {
  const askedAt = performance.now();
  let sent = '';
  if (PendingAnswers.isTold(incoming)) {
    whenRead(incoming, (body) => {
      sent = body;
    });
  }
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
      sendBack(answered, response, () => methodsOf(incoming.url ?? ''));
      if (PendingAnswers.isOfInterest(incoming)) {
        whenRead(answered, (body) => {
          const { statusCode: status = 502 } = answered;
          answers.learn({ question: incoming, sent, askedAt, status, headers: answerHeaders(answered), body });
        });
      }
    } catch {
      // Node's server cannot send this answer. Whether the request took effect is unknown.
      outgoing.destroy();
      refuse(incoming, response, 'DEFAULT_5XX');
    }
  });
  outgoing.once('error', (error: NodeJS.ErrnoException) => {
    if (response.headersSent || response.destroyed) {
      return;
    }
    // Without a connection, nothing was done. Otherwise the effect is unknown, so the client gets no answer.
    if (wasNeverConnected(error)) {
      onRefused();
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

function sendBack(answered: IncomingMessage, response: ServerResponse, methods: () => readonly string[]): void {
  const replacement = gatewayResponseInsteadOf(answered, methods);
  if (replacement !== undefined) {
    answered.resume();
    send(response, replacement);
    return;
  }
  response.writeHead(answered.statusCode ?? 502, answerHeaders(answered));
  answered.pipe(response);
  // An answer that breaks off must break off for the client too.
  answered.once('error', () => response.destroy());
}

/** Counts a body that declares no length, and closes the connection once it is too long. */
function closeWhenOver(maxBodyBytes: number, incoming: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) {
      response.destroy();
    }
  });
}
