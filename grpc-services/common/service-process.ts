import { flushSpans, nameTracedService } from '../../telemetry/tracing.ts';
import { serveCallMetrics } from './call-metrics.ts';
import { createDocumentClient } from './dynamodb-client.ts';
import { ConfigurationError, type ServiceEnvironment } from './environment.ts';
import { faultsFrom } from './fault-injection.ts';
import { createLogger, type Logger } from './logger.ts';
import { type ServiceDescription, startService } from './service.ts';
import { secretServerCredentials, secretsManager, serverCredentials } from './transport-security.ts';

/**
 * Runs a service's main program. A configuration that cannot be used ends the process with one sentence, and everything else
 * with its stack.
 */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) {
      throw error;
    }
    console.error(error.message);
    process.exit(1);
  }
}

/** What a process provides to its service. */
export interface ServiceParts {
  readonly documents: ReturnType<typeof createDocumentClient>;
  readonly logger: Logger;
}

/**
 * Runs a service as this process, until a signal ends it.
 *
 * @param name for the log, such as `inventory`
 */
export async function runService(
  name: string,
  environment: ServiceEnvironment,
  describe: (parts: ServiceParts) => ServiceDescription,
): Promise<void> {
  nameTracedService(name);
  const logger = createLogger(name, environment.LOG_LEVEL);
  const documents = createDocumentClient(
    { endpoint: environment.AWS_ENDPOINT_URL, region: environment.AWS_REGION },
    process.env,
  );
  const { LISTEN_HOST: host, METRICS_PORT: port } = environment;
  const metrics = port === 0 ? undefined : await serveCallMetrics({ service: name, host, port });
  const service = await startService(describe({ documents, logger }), {
    host: environment.LISTEN_HOST,
    port: environment.PORT,
    credentials: await credentialsFrom(environment),
    healthPort: environment.HEALTH_PORT,
    concurrency: { concurrent: environment.MAX_CONCURRENT_CALLS, queued: environment.MAX_QUEUED_CALLS },
    defaultDeadlineMs: environment.CALL_DEADLINE_SECONDS * 1_000,
    drainSeconds: environment.DRAIN_SECONDS,
    faults: faultsFrom(environment, logger),
    logger,
    ...(metrics !== undefined && { metrics }),
  });
  shutDownGracefully({
    logger,
    watchParent: environment.PARENT_WATCH,
    stop: async () => {
      await service.stop();
      metrics?.close();
      documents.destroy();
      await flushSpans();
    },
  });
}

function credentialsFrom(environment: ServiceEnvironment) {
  const { TLS_SECRET, TLS_CERT_FILE, AWS_REGION, AWS_ENDPOINT_URL } = environment;
  if (TLS_SECRET === undefined) {
    return serverCredentials(environment);
  }
  if (TLS_CERT_FILE !== undefined) {
    throw new ConfigurationError('TLS_SECRET and TLS_CERT_FILE are both set; set one of them.');
  }
  return secretServerCredentials(TLS_SECRET, secretsManager(AWS_REGION, AWS_ENDPOINT_URL));
}

interface GracefulShutdown {
  readonly logger: Logger;
  /** Whether to end as well when the IPC channel to the parent closes: it does, even if the parent was killed. */
  readonly watchParent: boolean;
  /** Stops everything, within a limited time. */
  readonly stop: () => Promise<void>;
}

/**
 * Ends the process gracefully on SIGTERM or SIGINT, and with its parent if asked to. Further signals are ignored: Ctrl-C in a
 * terminal signals the whole process group, and the parent adds a signal of its own.
 *
 * @throws ConfigurationError when there is no parent to watch
 */
function shutDownGracefully({ logger, watchParent, stop }: GracefulShutdown): void {
  if (watchParent && !process.connected) {
    throw new ConfigurationError('PARENT_WATCH=1 needs a parent with an IPC channel: start with child_process.fork().');
  }
  let ending = false;
  const end = (why: string): void => {
    if (ending) {
      return;
    }
    ending = true;
    logger.info({ why }, 'stopping');
    stop().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'the graceful shutdown failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  if (watchParent) {
    process.once('disconnect', () => end('the parent is gone'));
  }
}
