import { createDocumentClient } from './dynamodb-client.ts';
import { faultsFrom } from './faults-file.ts';
import { createLogger, type Logger } from './logger.ts';
import { endInOrder } from './process-end.ts';
import { type ServiceDescription, startService } from './service.ts';
import type { ServiceEnvironment } from './service-environment.ts';
import { serverCredentials } from './transport-security.ts';

/** What a service's description is made from. */
export interface ServiceParts {
  readonly documents: ReturnType<typeof createDocumentClient>;
  readonly logger: Logger;
}

/**
 * Runs a service as this process until it is told to end.
 *
 * @param name for the log, such as `inventory`
 */
export async function runService(
  name: string,
  environment: ServiceEnvironment,
  describe: (parts: ServiceParts) => ServiceDescription,
): Promise<void> {
  const logger = createLogger(name, environment.LOG_LEVEL);
  const documents = createDocumentClient(
    { endpoint: environment.AWS_ENDPOINT_URL, region: environment.AWS_REGION },
    process.env,
  );
  const service = await startService(describe({ documents, logger }), {
    host: environment.LISTEN_HOST,
    port: environment.PORT,
    credentials: serverCredentials(environment),
    limits: { concurrent: environment.MAX_CONCURRENT_CALLS, queued: environment.MAX_QUEUED_CALLS },
    defaultDeadlineMs: environment.CALL_DEADLINE_SECONDS * 1_000,
    drainSeconds: environment.DRAIN_SECONDS,
    faults: faultsFrom(environment, logger),
    logger,
  });
  endInOrder({
    logger,
    watchParent: environment.PARENT_WATCH,
    stop: async () => {
      await service.stop();
      documents.destroy();
    },
  });
}
