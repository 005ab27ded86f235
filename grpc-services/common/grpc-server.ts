import { setTimeout as delay } from 'node:timers/promises';
import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { type ConnectionLimits, channelOptions, enforceConnectionLimits } from './connection-limits.ts';
import { ConfigurationError } from './environment.ts';
import { addHealth } from './health.ts';
import type { Logger } from './logger.ts';
import { addReflection } from './reflection.ts';
import { deferDecodeErrors } from './request-validation.ts';
import { limitStreamingCalls } from './streaming-calls.ts';

/** What a server serves, and where it listens. */
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
  /** Port of a health service on the loopback address, without TLS, for the health check of a container. */
  readonly healthPort?: number | undefined;
  readonly limits: ConnectionLimits;
  readonly logger: Logger;
}

/** A server that is listening. */
export interface GrpcServer {
  readonly port: number;
  /** Sets the service's health to SERVING. */
  readonly ready: () => void;
  /**
   * Sets the health to NOT_SERVING, refuses new calls, and resolves when the running calls are answered. Calls that still
   * run after `seconds` are cut off.
   */
  readonly drain: (seconds: number) => Promise<void>;
}

/** Starts a gRPC server with one service, health and reflection. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { name, domain, limits, logger } = options;
  const streamingCalls = limitStreamingCalls(limits.watches);
  const server = new Server({ ...channelOptions(limits), interceptors: [streamingCalls.interceptor] });
  server.addService(deferDecodeErrors(options.definition), options.implementation);
  const health = [addHealth(server, [name])];
  addReflection(server, [name]);
  const port = await listen(server, options);
  const healthServer = new Server();
  if (options.healthPort !== undefined) {
    health.push(addHealth(healthServer, [name]));
    await listen(healthServer, {
      host: '127.0.0.1',
      port: options.healthPort,
      credentials: ServerCredentials.createInsecure(),
    });
  }
  const stopEnforcing = enforceConnectionLimits(server, limits, domain);
  logger.info({ host: options.host, port }, 'listening');
  return {
    port,
    ready: () => {
      for (const { serving } of health) {
        serving(name);
      }
      logger.info('ready');
    },
    drain: async (seconds) => {
      for (const { stop } of health) {
        stop();
      }
      streamingCalls.endAll();
      await shutDown(server, seconds, logger);
      stopEnforcing();
      healthServer.forceShutdown();
    },
  };
}

type Address = Pick<GrpcServerOptions, 'host' | 'port' | 'credentials'>;

function listen(server: Server, { host, port, credentials }: Address): Promise<number> {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error === null) {
        resolve(bound);
      } else {
        reject(
          new ConfigurationError(`Cannot listen on ${address}; set PORT or LISTEN_HOST, or end what uses it.`, {
            cause: error,
          }),
        );
      }
    });
  });
}

async function shutDown(server: Server, seconds: number, logger: Logger): Promise<void> {
  const timeout = new AbortController();
  const graceful = new Promise<'graceful' | 'failed'>((resolve) => {
    server.tryShutdown((error) => resolve(error === undefined ? 'graceful' : 'failed'));
  });
  const late = delay(seconds * 1_000, 'late' as const, { signal: timeout.signal }).catch(() => 'late' as const);
  const outcome = await Promise.race([graceful, late]);
  timeout.abort();
  if (outcome === 'graceful') {
    return;
  }
  logger.warn({ drain_seconds: seconds }, 'calls still running at the end of the drain are cut off');
  server.forceShutdown();
}
