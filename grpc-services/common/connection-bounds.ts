import type { ChannelOptions } from '@grpc/grpc-js';

/** What a server takes from its connections at most; whatever a caller could hold for ever ends within these. */
export interface ConnectionBounds {
  /** Connections at a time; further ones are closed as soon as they are opened. */
  readonly connections: number;
  /** Streams at a time on all connections together, of which each may hold a request of the largest size. */
  readonly streams: number;
  /** How long a stream may wait for its caller: for the rest of the request, or for its answer to be taken. */
  readonly streamPatienceMs: number;
  /** Health watches and reflection streams at a time. */
  readonly watches: number;
  /** After this time without a stream a connection is closed; a client opens another when it needs one. */
  readonly idleMs: number;
  /** A connection is asked this often whether its other end is still there. */
  readonly pingMs: number;
  /** How long the other end may take to answer that. */
  readonly pingPatienceMs: number;
}

/** The bounds of a service outside of tests. */
export const CONNECTION_BOUNDS: ConnectionBounds = {
  connections: 1_000,
  streams: 1_000,
  streamPatienceMs: 10_000,
  watches: 100,
  idleMs: 300_000,
  pingMs: 60_000,
  pingPatienceMs: 20_000,
};

/** Requests are small; whatever is larger is no request of ours. */
const LARGEST_REQUEST_BYTES = 256 * 1024;

/** The bounds that grpc-js keeps by itself. */
export function channelOptions({ streams, idleMs, pingMs, pingPatienceMs }: ConnectionBounds): ChannelOptions {
  return {
    'grpc.max_receive_message_length': LARGEST_REQUEST_BYTES,
    'grpc.max_concurrent_streams': streams,
    'grpc.max_connection_idle_ms': idleMs,
    'grpc.keepalive_time_ms': pingMs,
    'grpc.keepalive_timeout_ms': pingPatienceMs,
  };
}
