import {
  constants,
  type Http2SecureServer,
  type Http2Server,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { Server as NetServer } from 'node:net';
import type { ChannelOptions, Server } from '@grpc/grpc-js';
import { DeadlineExceeded, Overloaded, type ServiceError, toStatus } from './service-error.ts';

/** What callers may keep open at a server, and for how long. */
export interface ConnectionLimits {
  /** Connections at a time; further ones are closed as soon as they are opened. */
  readonly connections: number;
  /** Streams at a time, over all connections; each may hold a request of the largest size. */
  readonly streams: number;
  /** How long a stream may wait for its caller to send the rest of the request, or to read the answer. */
  readonly streamTimeoutMs: number;
  /** Health watches and reflection streams at a time. */
  readonly watches: number;
  /** A connection without streams is closed after this time; the client reconnects when it needs to. */
  readonly idleTimeoutMs: number;
  /** A connection is closed after this time, so that clients look the service up again and find its new tasks. */
  readonly ageMs: number;
  /** How long the calls of a connection of that age may go on. */
  readonly ageGraceMs: number;
  /** How often the server pings each connection (HTTP/2 keepalive). */
  readonly pingIntervalMs: number;
  /** A connection that does not answer a ping within this time is closed. */
  readonly pingTimeoutMs: number;
}

/** The limits that both services run with. */
export const CONNECTION_LIMITS: ConnectionLimits = {
  connections: 1_000,
  streams: 1_000,
  streamTimeoutMs: 10_000,
  watches: 100,
  idleTimeoutMs: 300_000,
  ageMs: 120_000,
  ageGraceMs: 30_000,
  pingIntervalMs: 60_000,
  pingTimeoutMs: 20_000,
};

/** Far above any request of the contracts: 50 order lines take about 4 KB. */
const LARGEST_REQUEST_BYTES = 256 * 1024;

/** The limits that grpc-js enforces itself. `enforceConnectionLimits` does the rest. */
export function channelOptions(limits: ConnectionLimits): ChannelOptions {
  return {
    'grpc.max_receive_message_length': LARGEST_REQUEST_BYTES,
    // Without its statistics of calls grpc-js knows no connections, and a drain could not cut off what still runs.
    'grpc.enable_channelz': 1,
    'grpc.max_concurrent_streams': limits.streams,
    'grpc.max_connection_idle_ms': limits.idleTimeoutMs,
    'grpc.max_connection_age_ms': limits.ageMs,
    'grpc.max_connection_age_grace_ms': limits.ageGraceMs,
    'grpc.keepalive_time_ms': limits.pingIntervalMs,
    'grpc.keepalive_timeout_ms': limits.pingTimeoutMs,
  };
}

/**
 * Enforces what grpc-js cannot: connections, streams over all connections, and streams that wait for their caller.
 *
 * @param domain the domain of the `ErrorInfo` in the answers
 * @returns a function that ends the enforcement
 * @throws when the server does not listen yet
 */
export function enforceConnectionLimits(server: Server, limits: ConnectionLimits, domain: string): () => void {
  const stops = http2ServersOf(server).map((http2Server) => limitHttp2Server(http2Server, limits, domain));
  return () => {
    for (const stop of stops) {
      stop();
    }
  };
}

type AnyHttp2Server = Http2Server | Http2SecureServer;

/**
 * The HTTP/2 servers beneath a gRPC server. grpc-js keeps them private, but only they see connections, and only they can
 * end a stream that its caller holds open. Without them the service must not start, as it would have no limits.
 */
function http2ServersOf(server: Server): readonly AnyHttp2Server[] {
  const kept: unknown = Reflect.get(server, 'http2Servers');
  const servers = kept instanceof Map ? [...kept.keys()].filter(isHttp2Server) : [];
  if (servers.length === 0) {
    throw new Error('This version of @grpc/grpc-js does not expose its HTTP/2 servers.');
  }
  return servers;
}

function isHttp2Server(candidate: unknown): candidate is AnyHttp2Server {
  return candidate instanceof NetServer;
}

/**
 * A call's own deadline starts with the complete request and ends with the answer, so it does not cover a caller that
 * stalls before or after. Each check ends the streams that already waited at the check before. With two checks per
 * timeout, a stalled stream ends within the timeout.
 */
function limitHttp2Server(server: AnyHttp2Server, limits: ConnectionLimits, domain: string): () => void {
  server.maxConnections = limits.connections;
  const open = new Set<ServerHttp2Stream>();
  let waitedBefore: ReadonlySet<ServerHttp2Stream> = new Set();
  server.on('stream', (stream: ServerHttp2Stream) => {
    if (open.size >= limits.streams) {
      endWith(stream, new Overloaded(), domain);
      return;
    }
    open.add(stream);
    stream.once('close', () => open.delete(stream));
  });
  const check = (): void => {
    const waiting = [...open].filter(waitsForCaller);
    for (const stream of waiting) {
      if (waitedBefore.has(stream)) {
        endWith(stream, new DeadlineExceeded(), domain);
      }
    }
    waitedBefore = new Set(waiting);
  };
  const checks = setInterval(check, limits.streamTimeoutMs / 2).unref();
  return () => clearInterval(checks);
}

function waitsForCaller(stream: ServerHttp2Stream): boolean {
  const requestIncomplete = !stream.readableEnded;
  const answerNotRead = stream.writableEnded || stream.writableLength > 0;
  return requestIncomplete || answerNotRead;
}

/** Sends the error as the answer if none was sent yet, and frees the stream whether or not its caller cooperates. */
function endWith(stream: ServerHttp2Stream, error: ServiceError, domain: string): void {
  if (stream.destroyed || stream.closed) {
    return;
  }
  if (stream.headersSent) {
    stream.close(constants.NGHTTP2_CANCEL);
    return;
  }
  stream.respond(trailersOnlyAnswer(error, domain), { endStream: true });
  stream.close(constants.NGHTTP2_NO_ERROR);
}

function trailersOnlyAnswer(error: ServiceError, domain: string): OutgoingHttpHeaders {
  const { code, details, metadata } = toStatus(error, domain);
  return {
    ':status': 200,
    'content-type': 'application/grpc+proto',
    'grpc-status': code,
    'grpc-message': encodeURI(details),
    ...metadata.toHttp2Headers(),
  };
}
