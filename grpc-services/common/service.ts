import { setTimeout as delay } from 'node:timers/promises';
import type { ServerCredentials, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { type BackgroundWork, startBackgroundTask } from './background-task.ts';
import { type CallMetrics, noCallMetrics } from './call-metrics.ts';
import { type ConcurrencyLimits, createConcurrencyLimit } from './concurrency-limit.ts';
import { CONNECTION_LIMITS, type ConnectionLimits } from './connection-limits.ts';
import type { FaultInjection } from './fault-injection.ts';
import { startGrpcServer } from './grpc-server.ts';
import type { Logger } from './logger.ts';
import type { CallEnvironment } from './unary-call.ts';

/** One service: its contract, its handlers and its background work. */
export interface ServiceDescription {
  /** Full name, such as `inventory.v1.InventoryService`. */
  readonly name: string;
  /** Domain of its `ErrorInfo`, such as `inventory.v1`. */
  readonly domain: string;
  readonly definition: ServiceDefinition;
  readonly implementation: (environment: CallEnvironment) => UntypedServiceImplementation;
  /** Must succeed before the service is healthy; it is retried until it does. */
  readonly prepare: (signal: AbortSignal) => Promise<void>;
  readonly background: readonly BackgroundWork[];
}

/** Where a service listens, and the limits it runs with. */
export interface ServiceSettings {
  readonly host: string;
  readonly port: number;
  readonly credentials: ServerCredentials;
  /** Port of a health service on the loopback address, without TLS, for the health check of a container. */
  readonly healthPort?: number | undefined;
  readonly concurrency: ConcurrencyLimits;
  /** Overrides of `CONNECTION_LIMITS`. */
  readonly connections?: Partial<ConnectionLimits>;
  /** Deadline of a call whose caller set none. */
  readonly defaultDeadlineMs: number;
  readonly drainSeconds: number;
  readonly faults: FaultInjection;
  readonly metrics?: CallMetrics;
  readonly logger: Logger;
}

/** A service that is listening. */
export interface RunningService {
  readonly port: number;
  /** Resolves when the service is healthy, or when it was stopped before that. */
  readonly prepared: Promise<void>;
  /** Drains the calls, then ends the background work. */
  readonly stop: () => Promise<void>;
}

/** Starts a service. It listens at once, and is healthy when `prepare` has succeeded. */
export async function startService(
  description: ServiceDescription,
  settings: ServiceSettings,
): Promise<RunningService> {
  const { logger } = settings;
  const implementation = description.implementation({
    service: description.name,
    domain: description.domain,
    concurrency: createConcurrencyLimit(settings.concurrency),
    faults: settings.faults,
    logger,
    metrics: settings.metrics ?? noCallMetrics,
    defaultDeadlineMs: settings.defaultDeadlineMs,
  });
  const server = await startGrpcServer({
    name: description.name,
    domain: description.domain,
    definition: description.definition,
    implementation,
    host: settings.host,
    port: settings.port,
    credentials: settings.credentials,
    healthPort: settings.healthPort,
    limits: { ...CONNECTION_LIMITS, ...settings.connections },
    logger,
  });
  const stopping = new AbortController();
  const prepared = prepare(description, logger, stopping.signal).then((done) => {
    if (done) {
      server.ready();
    }
  });
  const tasks = description.background.map((work) => startBackgroundTask(work, logger));
  return {
    port: server.port,
    prepared,
    stop: async () => {
      stopping.abort();
      await server.drain(settings.drainSeconds);
      await Promise.all([prepared, ...tasks.map((task) => task.stop())]);
    },
  };
}

const LONGEST_PAUSE_MS = 5_000;

/** False when the service was stopped before `prepare` succeeded. */
async function prepare(description: ServiceDescription, logger: Logger, signal: AbortSignal): Promise<boolean> {
  for (let pause = 100; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      await description.prepare(signal);
      return true;
    } catch (error) {
      if (signal.aborted) {
        break;
      }
      logger.warn({ err: error, next_try_ms: pause }, 'not ready yet');
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }
  return false;
}
