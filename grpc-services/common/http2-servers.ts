import type { Http2SecureServer, Http2Server } from 'node:http2';
import { Server as NetServer } from 'node:net';
import type { Server } from '@grpc/grpc-js';

/** An HTTP/2 server with or without TLS. */
export type AnyHttp2Server = Http2Server | Http2SecureServer;

/**
 * The HTTP/2 servers beneath a gRPC server that listens. grpc-js keeps them to itself, and what has to be bounded happens
 * there: an interceptor neither sees a connection nor can end a stream whose caller holds it open.
 *
 * @throws when this version of grpc-js keeps them elsewhere: rather no server than one without bounds
 */
export function http2ServersOf(server: Server): readonly AnyHttp2Server[] {
  const kept: unknown = Reflect.get(server, 'http2Servers');
  const servers = kept instanceof Map ? [...kept.keys()].filter(isHttp2Server) : [];
  if (servers.length === 0) {
    throw new Error('This version of @grpc/grpc-js does not tell its HTTP/2 servers.');
  }
  return servers;
}

function isHttp2Server(candidate: unknown): candidate is AnyHttp2Server {
  return candidate instanceof NetServer;
}
