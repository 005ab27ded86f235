import { createServer, type IncomingMessage, type ServerOptions, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EndpointRouter } from './endpoint/endpoint-router.ts';
import { Engine } from './engine.ts';
import { type StepFunctionsServerOptions, settingsOf } from './options.ts';
import { guardAgainstRunawayExpressions } from './regexp-guard.ts';
import { AwsJsonServer } from './wire/aws-json-server.ts';

export type { EngineLogger, Retention, StepFunctionsServerOptions } from './options.ts';

/** A running server. */
export interface StepFunctionsServer {
  /** Its address, e.g. `http://127.0.0.1:4566`. */
  readonly url: string;
  /** Stops listening, gives requests in flight half a second and closes the journal. The next start resumes the executions. */
  close(): Promise<void>;
}

/**
 * HTTP timeouts. A client that sends its request too slowly is cut off. Idle connections are kept for a minute, longer
 * than the SDKs keep them, so that the server never closes one just as the next request arrives.
 */
export const TIMES = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 60_000,
} as const;

/** Open connections; more are closed on arrival. Clients keep a few dozen each. */
const MOST_CONNECTIONS = 2_000;

/** How long requests may take to finish when the server closes. */
const CLOSE_TIMEOUT_MS = 500;

/**
 * Starts the Step Functions engine behind an HTTP endpoint that also passes DynamoDB and Lambda calls on. Executions
 * that ran when the last process on this data folder ended are resumed at once.
 *
 * @param times HTTP timeouts
 * @throws {OptionError} an option cannot be used
 * @throws {Error} the port is taken, or another process has the journal open
 */
export async function startStepFunctionsServer(
  options: StepFunctionsServerOptions,
  times: ServerOptions = TIMES,
): Promise<StepFunctionsServer> {
  guardAgainstRunawayExpressions();
  const settings = settingsOf(options);
  const engine = new Engine(settings);
  const stepFunctions = new AwsJsonServer(
    (action, body, caller) => engine.dispatch(action, body, caller),
    settings.logger,
  );
  const router = new EndpointRouter({
    stepFunctions: (request: IncomingMessage, response: ServerResponse) => stepFunctions.handle(request, response),
    load: () => engine.load,
    metrics: () => engine.metricsText,
    lambdaEndpoint: settings.lambdaEndpoint,
    dynamodbEndpoint: settings.dynamodbEndpoint,
    functions: {
      names: () => engine.functionNames,
      arnPrefix: `arn:aws:lambda:${settings.region}:${settings.account}:function:`,
    },
    account: settings.account,
    logger: settings.logger,
  });
  const server = createServer({ ...times }, (request, response) => router.route(request, response));
  server.maxConnections = MOST_CONNECTIONS;
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(settings.port, settings.host, resolve);
  try {
    await listening;
  } catch (error) {
    await engine.close();
    throw error;
  }
  engine
    .recover()
    .catch((error: unknown) => settings.logger.error({ err: error }, 'executions could not be recovered'));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`,
    close: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      const cut = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
      server.closeIdleConnections();
      await closed;
      clearTimeout(cut);
      router.close();
      await engine.close();
    },
  };
}
