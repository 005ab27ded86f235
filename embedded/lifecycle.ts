import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SFNClient } from '@aws-sdk/client-sfn';
import { parseEventSecrets } from '../functions/common/event-signature.ts';
import { authentication } from '../functions/environment.ts';
import { linkUrls, type StackUrls, setLocalEnvironment, stackUrls } from './addresses.ts';
import { banner } from './banner.ts';
import { ChildProcesses } from './child-processes.ts';
import { ConfigurationError, PROJECT_ROOT, type StackConfiguration } from './configuration.ts';
import type { DataDirectory } from './data-directory.ts';
import { isDamagedDatabase } from './disk-problems.ts';
import { indexStreamRecords } from './dynamodb/stream-records.ts';
import { FaultDials } from './laboratory/fault-dials.ts';
import { InvariantLights } from './laboratory/invariant-lights.ts';
import { startLaboratory } from './laboratory/laboratory.ts';
import type { LaboratoryEndpoint } from './laboratory/laboratory-endpoint.ts';
import type { RetryPatience } from './laboratory/retry-patience.ts';
import { startFunctionsThread } from './lambda/functions-thread.ts';
import { type MetricsEndpoint, startMetricsEndpoint } from './metrics-endpoint.ts';
import { paymentEventSecret } from './payment-event-secret.ts';
import { findFreePort } from './ports.ts';
import { configureLocalFunctions } from './resources/local-functions.ts';
import { LocalTemplate } from './resources/local-template.ts';
import { provisionStateMachines, provisionTables, tableNamesOf } from './resources/provision.ts';
import type { Serverless } from './resources/serverless-service.ts';
import { startApiProxy } from './reverse-proxy/api-proxy.ts';
import { apiRoutes } from './reverse-proxy/api-routes.ts';
import { guardServersFromForeignPages } from './reverse-proxy/foreign-page-guard.ts';
import { placeSampleOrder } from './sample-order.ts';
import { sendSmokeRequest } from './smoke-request.ts';
import { StackLock } from './stack-lock.ts';
import { type OrdersStream, startOrdersStream } from './streams/orders-stream.ts';
import { isDynamoDbReady } from './supervisor/health.ts';
import { tellParentOfReadiness } from './supervisor/heartbeat.ts';
import { ProcessGroup } from './supervisor/process-group.ts';
import type { RestartingWorker } from './supervisor/restarting-worker.ts';
import type { ProcessDescription } from './supervisor/supervised-process.ts';
import type { RedirectedOutput, Terminal } from './terminal.ts';
import type { KeptTraces } from './traces/kept-traces.ts';

/** How long the proxy and serverless-offline may take to stop; after that they end with the process. */
const FRONT_STOP_MS = 5_000;

/** The methods of the serverless-offline plugin that the stack calls. */
export interface OfflineServer {
  start(): Promise<void>;
  /** @param skipExit keeps the process running */
  end(skipExit: boolean): Promise<void>;
}

/**
 * Starts and stops one embedded stack inside the API process:
 *
 *   acquireLock -> startChildren (DynamoDB, tables, engine, services) -> startApi (functions, API, proxy) -> stop
 */
export class StackLifecycle {
  readonly #serverless: Serverless;
  readonly #configuration: StackConfiguration;
  readonly #directory: DataDirectory;
  readonly #terminal: Terminal;
  readonly #logDescriptor: number;
  readonly #dials: FaultDials;
  readonly #lights: InvariantLights;
  readonly #descriptions: ChildProcesses;
  readonly #children: ProcessGroup;
  readonly #lock: StackLock;
  readonly #traces: KeptTraces | undefined;
  readonly #urls: StackUrls;
  readonly #startedAt = performance.now();
  #offline: OfflineServer | undefined;
  #proxy: RestartingWorker | undefined;
  #functions: RestartingWorker | undefined;
  #metrics: MetricsEndpoint | undefined;
  #laboratory: LaboratoryEndpoint | undefined;
  #ordersStream: OrdersStream | undefined;
  #stopping = false;

  /** @param traces those that the stack keeps; its processes send them there */
  constructor(
    serverless: Serverless,
    configuration: StackConfiguration,
    directory: DataDirectory,
    { terminal, log }: RedirectedOutput,
    traces?: KeptTraces,
  ) {
    this.#serverless = serverless;
    this.#configuration = configuration;
    this.#directory = directory;
    this.#terminal = terminal;
    this.#logDescriptor = log.descriptor;
    this.#urls = stackUrls(configuration);
    setLocalEnvironment(process.env, linkUrls(configuration));
    this.#traces = traces;
    Object.assign(process.env, traces?.environment);
    this.#dials = new FaultDials(directory.faults, process.env);
    // A copy, because serverless-offline puts each function's environment into process.env while it runs.
    const environment = { ...process.env };
    this.#descriptions = new ChildProcesses(configuration, directory, this.#dials, environment);
    this.#lights = new InvariantLights({
      main: join(PROJECT_ROOT, 'verification/invariants/live/main.ts'),
      environment: { ...environment, STAGE: String(serverless.service.custom?.stage ?? 'dev') },
    });
    this.#children = new ProcessGroup(directory, terminal);
    this.#lock = new StackLock(configuration, directory.run);
  }

  /**
   * Locks the data directory and the ports.
   *
   * @throws ConfigurationError when another stack uses the data directory or another program one of the ports
   */
  acquireLock(): Promise<void> {
    return this.#lock.acquire();
  }

  /** Starts the four children and creates the tables, while the framework starts. */
  async startChildren(): Promise<void> {
    this.#dials.reset();
    const engine = this.#startChild('Step Functions', this.#descriptions.engine());
    await this.#startDynamoDb();
    await provisionTables(LocalTemplate.of(this.#serverless), this.#urls.dynamodb);
    const tables = tableNamesOf(this.#serverless);
    await Promise.all([
      engine,
      this.#startChild('Inventory', this.#descriptions.inventory(tables)),
      this.#startChild('Payment', this.#descriptions.payment(tables)),
    ]);
  }

  /** Starts the functions and the HTTP API, then finishes the start: state machines, sample order, banner. */
  async startApi(offline: OfflineServer, childrenStarted: Promise<void>): Promise<void> {
    this.#offline = offline;
    guardServersFromForeignPages();
    const template = LocalTemplate.of(this.#serverless);
    const apiPort = await findFreePort();
    const { apiModules, functions } = configureLocalFunctions(this.#serverless, this.#configuration, {
      folder: this.#directory.handlers,
      apiPort,
      paymentEvents: {
        PAYMENT_EVENT_SECRET: usableEventSecrets(
          process.env.PAYMENT_EVENT_SECRET || paymentEventSecret(this.#directory.paymentEventSecret),
        ),
        SIMULATED_PROVIDER_EVENTS_URL: process.env.SIMULATED_PROVIDER_EVENTS_URL || `${this.#urls.http}/payment/events`,
      },
    });
    const client = new SFNClient({ endpoint: this.#urls.endpoint });
    await Promise.all([
      childrenStarted,
      // Imported now, so that the first request is as quick as the next and a broken source fails the start.
      ...apiModules.map((url) => import(url)),
    ]);
    if (this.#stopping) {
      return;
    }
    const { ports, authMode } = this.#configuration;
    this.#functions = await startFunctionsThread({
      host: '127.0.0.1',
      port: ports.lambda,
      functions,
      logDescriptor: this.#logDescriptor,
    });
    // Only once the services are up: executions of an earlier run continue as soon as a function can be invoked.
    await Promise.all([provisionStateMachines(template, client), this.#startOffline(offline, apiPort)]);
    this.#metrics = await startMetricsEndpoint();
    this.#laboratory = await startLaboratory({
      dials: this.#dials,
      children: this.#children,
      lights: this.#lights,
      setPatience: (patience) => this.#setPatience(template, patience),
      authenticate: authentication(),
      traces: this.#traces?.buffer,
    });
    this.#proxy = await startApiProxy({
      host: '127.0.0.1',
      port: ports.http,
      upstreamPort: apiPort,
      routes: apiRoutes(this.#serverless.service.functions),
      metricsPort: this.#metrics.port,
      laboratoryPort: this.#laboratory.port,
    });
    await sendSmokeRequest(this.#urls.http, authMode, () => this.#stopping);
    const nameOf = (logicalId: string) => String(template.resolve({ Ref: logicalId }, 'the sample order'));
    const stateMachineArn = nameOf('OrderSaga');
    await placeSampleOrder({ stateMachines: client, stateMachineArn, ordersTable: nameOf('OrdersTable') });
    client.destroy();
    this.#ordersStream = await startOrdersStream({
      serverless: this.#serverless,
      urls: this.#urls,
      directory: this.#directory,
      databaseFile: this.#configuration.externalDynamoDbUrl === undefined ? this.#directory.dynamodbFile : undefined,
      warn: (message) => this.#terminal.warn(message, this.#directory.root),
    });
    this.#announce(stateMachineArn);
  }

  /** Where its server cannot listen, serverless-offline ends the process at once, and says why in the log alone. */
  async #startOffline(offline: OfflineServer, port: number): Promise<void> {
    const explain = (): void => {
      if (!this.#stopping) {
        const reason = `The HTTP API did not start: its inner port ${port} was taken by another program in between. Start again.`;
        this.#terminal.tell({ event: 'failed', reason });
      }
    };
    // Before the handler that ends the children, which counts as stopping.
    process.prependOnceListener('exit', explain);
    await offline.start();
    process.off('exit', explain);
  }

  /**
   * Stops all parts in order: proxy, functions, engine, services, database. A part that fails to stop does not keep the next
   * ones from being stopped.
   *
   * @throws the first failure, after all parts have been stopped
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#children.close();
    if (!this.#lock.isHeld) {
      return;
    }
    this.#lock.withdrawReady();
    const steps = [
      () => withinTime(this.#ordersStream?.close()),
      () => withinTime(this.#proxy?.close()),
      async () => this.#metrics?.close(),
      async () => this.#laboratory?.close(),
      () => withinTime(this.#lights.close()),
      () => withinTime(this.#offline?.end(true)),
      () => this.#children.stop('engine'),
      // After the engine, so that no task is cut off.
      () => withinTime(this.#functions?.close()),
      () => this.#children.stop('inventory', 'payment'),
      () => this.#children.stop('dynamodb'),
      async () => this.#traces?.close(),
    ];
    const failures: unknown[] = [];
    for (const step of steps) {
      await step().catch((error: unknown) => failures.push(error));
    }
    this.#lock.release();
    if (failures.length > 0) {
      throw failures[0];
    }
  }

  /** Kills all children at once. */
  kill(): void {
    this.#stopping = true;
    this.#children.kill();
    void this.#lights.close();
  }

  /** Deploys the state machines once more; executions that run keep their definition. */
  async #setPatience(template: LocalTemplate, patience: RetryPatience): Promise<void> {
    const client = new SFNClient({ endpoint: this.#urls.endpoint });
    try {
      await provisionStateMachines(template, client, patience);
    } finally {
      client.destroy();
    }
  }

  async #startDynamoDb(): Promise<void> {
    if (this.#configuration.externalDynamoDbUrl === undefined) {
      const { dynamodbFile, root } = this.#directory;
      refuseUnusableTables(dynamodbFile);
      await indexStreamRecords(dynamodbFile).catch((error: unknown) => {
        if (isDamagedDatabase(error)) {
          throw new ConfigurationError(
            `The tables in ${dynamodbFile} are damaged (${String(error)}). Restore ${root} from a backup, or begin with no ` +
              'orders: npm start -- --fresh',
          );
        }
        this.#terminal.warn(
          `Writes become slower as orders grow: dynoxide's stream records have no index (${String(error)}).`,
          root,
        );
      });
      await this.#startChild('DynamoDB', this.#descriptions.dynamodb());
    } else if (!(await isDynamoDbReady(this.#urls.dynamodb))) {
      throw new ConfigurationError(`No DynamoDB answers at DYNAMODB_ENDPOINT_URL=${this.#urls.dynamodb}.`);
    }
  }

  #announce(stateMachineArn: string): void {
    this.#lock.announceReady(this.#urls, Math.round(performance.now() - this.#startedAt));
    const seconds = process.uptime();
    this.#terminal.tellUp(
      {
        event: 'up',
        seconds,
        urls: this.#urls,
        ports: this.#configuration.ports,
        console: `${this.#urls.http}/console`,
        data_directory: this.#configuration.dataDirectory,
        state_machine_arn: stateMachineArn,
      },
      banner(this.#urls, this.#configuration, stateMachineArn, seconds),
    );
    tellParentOfReadiness();
  }

  /** Starts one child and tells that it is up, unless the stack stops meanwhile. */
  async #startChild(name: string, description: ProcessDescription): Promise<void> {
    await this.#children.start(description);
    if (!this.#stopping) {
      this.#terminal.tell({ event: 'part_up', name, seconds: process.uptime() });
    }
  }
}

/** dynoxide would not say which file it is, nor what can be done. */
function refuseUnusableTables(file: string): void {
  for (const path of [file, `${file}-wal`, `${file}-shm`].filter((candidate) => existsSync(candidate))) {
    accessSync(path, constants.R_OK | constants.W_OK);
  }
}

/** @throws ConfigurationError where they could sign nothing, which the functions would meet with the first event only */
function usableEventSecrets(text: string): string {
  parseEventSecrets(text);
  return text;
}

async function withinTime(end: Promise<void> | undefined): Promise<void> {
  const tooLate = new AbortController();
  const timeout = sleep(FRONT_STOP_MS, undefined, { signal: tooLate.signal }).catch(() => undefined);
  try {
    await Promise.race([end, timeout]);
  } finally {
    tooLate.abort();
  }
}
