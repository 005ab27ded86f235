import { setTimeout as delay } from 'node:timers/promises';
import {
  Server,
  type ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { type ConnectionBounds, channelOptions } from './connection-bounds.ts';
import { addHealth } from './health.ts';
import { http2ServersOf } from './http2-servers.ts';
import type { Logger } from './logger.ts';
import { followStreams } from './open-streams.ts';
import { addReflection } from './reflection.ts';
import { guardStreams } from './stream-guard.ts';
import { withForgivingDecoder } from './undecodable-request.ts';

/** What a server serves, and where. */
export interface GrpcServerOptions {
  /** Full name, such as `inventory.v1.InventoryService`. */
  readonly name: string;
  /** Domain of its `ErrorInfo`, such as `inventory.v1`. */
  readonly domain: string;
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly credentials: ServerCredentials;
  readonly bounds: ConnectionBounds;
  readonly logger: Logger;
}

/** A server that listens. */
export interface GrpcServer {
  readonly port: number;
  /** From now on the service's health is SERVING. */
  readonly ready: () => void;
  /**
   * Says NOT_SERVING, takes no new call, and resolves when the calls that run are answered, or after `seconds`, when it
   * cuts them off.
   */
  readonly drain: (seconds: number) => Promise<void>;
}

/** Starts a gRPC server with one service, health and reflection. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { bounds } = options;
  const streams = followStreams(bounds.watches);
  const server = new Server({ ...channelOptions(bounds), interceptors: [streams.interceptor] });
  server.addService(withForgivingDecoder(options.definition), options.implementation);
  const health = addHealth(server, [options.name]);
  addReflection(server, [options.name]);
  const port = await listen(server, options);
  const guards = http2ServersOf(server).map((http2Server) => guardStreams(http2Server, bounds, options.domain));
  options.logger.info({ host: options.host, port }, 'listening');
  return {
    port,
    ready: () => {
      health.serving(options.name);
      options.logger.info('ready');
    },
    drain: async (seconds) => {
      health.stop();
      streams.end();
      await ended(server, seconds, options.logger);
      for (const guard of guards) {
        guard.stop();
      }
    },
  };
}

function listen(server: Server, { host, port, credentials }: GrpcServerOptions): Promise<number> {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error === null) {
        resolve(bound);
      } else {
        reject(
          new Error(`Cannot listen on ${address}; set PORT or LISTEN_HOST, or end what uses it.`, { cause: error }),
        );
      }
    });
  });
}

async function ended(server: Server, seconds: number, logger: Logger): Promise<void> {
  const patience = new AbortController();
  const orderly = new Promise<'orderly' | 'failed'>((resolve) => {
    server.tryShutdown((error) => resolve(error === undefined ? 'orderly' : 'failed'));
  });
  const late = delay(seconds * 1_000, 'late' as const, { signal: patience.signal }).catch(() => 'late' as const);
  const outcome = await Promise.race([orderly, late]);
  patience.abort();
  if (outcome === 'orderly') {
    return;
  }
  logger.warn({ drain_seconds: seconds }, 'calls were still running at the end of the drain and are cut off');
  server.forceShutdown();
}
