import { setTimeout as delay } from 'node:timers/promises';
import type { ServerCredentials, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { type AdmissionLimits, createAdmission } from './admission.ts';
import { type BackgroundWork, startBackgroundTask } from './background-task.ts';
import { CONNECTION_BOUNDS, type ConnectionBounds } from './connection-bounds.ts';
import type { FaultInjection } from './fault-injection.ts';
import { startGrpcServer } from './grpc-server.ts';
import type { Logger } from './logger.ts';
import type { CallEnvironment } from './unary-call.ts';

/** What makes one service: its contract, its handlers and what it does beside them. */
export interface ServiceDescription {
  /** Full name, such as `inventory.v1.InventoryService`. */
  readonly name: string;
  /** Domain of its `ErrorInfo`, such as `inventory.v1`. */
  readonly domain: string;
  readonly definition: ServiceDefinition;
  readonly implementation: (environment: CallEnvironment) => UntypedServiceImplementation;
  /** What must have succeeded before the service is healthy; tried again until it does. */
  readonly prepare: (signal: AbortSignal) => Promise<void>;
  readonly background: readonly BackgroundWork[];
}

/** Where and within which bounds a service runs. */
export interface ServiceSettings {
  readonly host: string;
  readonly port: number;
  readonly credentials: ServerCredentials;
  readonly limits: AdmissionLimits;
  /** Those that differ from the usual. */
  readonly bounds?: Partial<ConnectionBounds>;
  readonly defaultDeadlineMs: number;
  readonly drainSeconds: number;
  readonly faults: FaultInjection;
  readonly logger: Logger;
}

/** A service that listens. */
export interface RunningService {
  readonly port: number;
  /** Resolves when the service is healthy, or has been stopped before it was. */
  readonly prepared: Promise<void>;
  /** Drains the calls, then ends the background work. */
  readonly stop: () => Promise<void>;
}

/** Starts a service; it listens at once and is healthy once it is prepared. */
export async function startService(
  description: ServiceDescription,
  settings: ServiceSettings,
): Promise<RunningService> {
  const { logger } = settings;
  const implementation = description.implementation({
    domain: description.domain,
    admission: createAdmission(settings.limits),
    faults: settings.faults,
    logger,
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
    bounds: { ...CONNECTION_BOUNDS, ...settings.bounds },
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

/** False when the service was stopped before it was prepared. */
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
