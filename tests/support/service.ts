import { ServerCredentials } from '@grpc/grpc-js';
import { noFaults } from '../../grpc-services/common/fault-injection.ts';
import { createLogger } from '../../grpc-services/common/logger.ts';
import {
  type RunningService,
  type ServiceDescription,
  type ServiceSettings,
  startService,
} from '../../grpc-services/common/service.ts';

/** Settings of a test's own service: a free port of 127.0.0.1, plaintext, no logs. */
export const testSettings: ServiceSettings = {
  host: '127.0.0.1',
  port: 0,
  credentials: ServerCredentials.createInsecure(),
  concurrency: { concurrent: 64, queued: 512 },
  defaultDeadlineMs: 10_000,
  drainSeconds: 2,
  faults: noFaults,
  logger: createLogger('test', 'silent'),
};

/** A report of failed background work, for tests in which none may fail. */
export function throwFailure(orderId: string, cause: unknown): never {
  throw new Error(`background work for ${orderId} failed`, { cause });
}

/**
 * Starts a service and waits until it is ready. The service itself would prepare again and again. Here the first
 * failure counts, so that a test fails at once with its cause.
 */
export async function startReadyService(
  description: ServiceDescription,
  settings: ServiceSettings,
): Promise<RunningService> {
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const prepare = async (signal: AbortSignal): Promise<void> => {
    try {
      await description.prepare(signal);
    } catch (error) {
      failed.reject(error);
      throw error;
    }
  };
  const service = await startService({ ...description, prepare }, settings);
  try {
    await Promise.race([service.prepared, failed.promise]);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return service;
}
