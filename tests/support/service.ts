import { ServerCredentials } from '@grpc/grpc-js';
import { noFaults } from '../../grpc-services/common/fault-injection.ts';
import { createLogger } from '../../grpc-services/common/logger.ts';
import type { ServiceSettings } from '../../grpc-services/common/service.ts';

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
