import { setTimeout as sleep } from 'node:timers/promises';
import { SFNClient } from '@aws-sdk/client-sfn';
import { type ApiGate, openApiGate } from './admission/api-gate.ts';
import { guardServersFromPages } from './admission/guarded-servers.ts';
import { banner } from './banner.ts';
import { ChildProcesses, linkUrls, type StackUrls, stackUrls } from './child-processes.ts';
import { ConfigurationError, type StackConfiguration } from './configuration.ts';
import type { DataDirectory } from './data-directory.ts';
import { firstAnswer } from './first-answer.ts';
import { setLocalEnvironment } from './local-environment.ts';
import { findFreePort } from './port-check.ts';
import { Possession } from './possession.ts';
import { LocalTemplate } from './resources/local-template.ts';
import { localiseFunctions } from './resources/localise-functions.ts';
import { provisionStateMachines, provisionTables, tableNamesOf } from './resources/provision.ts';
import type { Serverless } from './resources/serverless-service.ts';
import { placeSampleOrder } from './seed/sample-order.ts';
import { isDynamoDbReady } from './supervisor/health.ts';
import { ProcessGroup } from './supervisor/process-group.ts';
import type { Terminal } from './terminal.ts';

/** What the front of the stack may take to end; whatever takes longer ends with the process. */
const FRONT_END_MS = 5_000;

/** What the stack needs of the serverless-offline plugin: its public methods. */
export interface OfflineServer {
  start(): Promise<void>;
  /** @param skipExit leaves the process running */
  end(skipExit: boolean): Promise<void>;
}

/** The life of one embedded stack inside the API process: its start in order, its children, its end in order. */
export class StackLifecycle {
  readonly #serverless: Serverless;
  readonly #configuration: StackConfiguration;
  readonly #directory: DataDirectory;
  readonly #terminal: Terminal;
  readonly #descriptions: ChildProcesses;
  readonly #children: ProcessGroup;
  readonly #possession: Possession;
  readonly #urls: StackUrls;
  readonly #startedAt = performance.now();
  #offline: OfflineServer | undefined;
  #gate: ApiGate | undefined;
  #stopping = false;

  constructor(serverless: Serverless, configuration: StackConfiguration, directory: DataDirectory, terminal: Terminal) {
    this.#serverless = serverless;
    this.#configuration = configuration;
    this.#directory = directory;
    this.#terminal = terminal;
    this.#urls = stackUrls(configuration);
    setLocalEnvironment(process.env, linkUrls(configuration));
    // A copy: serverless-offline puts each function's environment into process.env while it runs.
    this.#descriptions = new ChildProcesses(configuration, directory, { ...process.env });
    this.#children = new ProcessGroup(directory, terminal);
    this.#possession = new Possession(configuration, directory.run);
  }

  /**
   * Takes possession of the data directory and the ports.
   *
   * @throws ConfigurationError when another stack has the one or another program one of the others
   */
  takePossession(): Promise<void> {
    return this.#possession.take();
  }

  /** Starts the four children and makes the tables; runs beside the framework's own start. */
  async startChildren(): Promise<void> {
    const engine = this.#children.start(this.#descriptions.engine());
    await this.#startDynamoDb();
    await provisionTables(LocalTemplate.of(this.#serverless), this.#urls.dynamodb);
    const tables = tableNamesOf(this.#serverless);
    await Promise.all([
      engine,
      this.#children.start(this.#descriptions.inventory(tables)),
      this.#children.start(this.#descriptions.payment(tables)),
    ]);
  }

  /** Starts the functions and the HTTP API, and finishes the start: state machines, seed, banner. */
  async startApi(offline: OfflineServer, childrenStarted: Promise<void>): Promise<void> {
    this.#offline = offline;
    guardServersFromPages();
    const template = LocalTemplate.of(this.#serverless);
    const apiPort = await findFreePort();
    const modules = localiseFunctions(this.#serverless, this.#configuration, {
      folder: this.#directory.handlers,
      apiPort,
    });
    const client = new SFNClient({ endpoint: this.#urls.endpoint });
    await Promise.all([
      childrenStarted,
      // Loaded now, so that the first request is as quick as the next and a broken source is found at the start.
      ...modules.map((url) => import(url)),
    ]);
    if (this.#stopping) {
      return;
    }
    // Not before the services are there: executions of an earlier life go on as soon as a function can be invoked.
    await Promise.all([provisionStateMachines(template, client), offline.start()]);
    const { ports, authMode } = this.#configuration;
    this.#gate = await openApiGate({ host: '127.0.0.1', port: ports.http, upstreamPort: apiPort });
    await firstAnswer(this.#urls.http, authMode, () => this.#stopping);
    const nameOf = (logicalId: string) => String(template.resolve({ Ref: logicalId }, 'the sample order'));
    const stateMachineArn = nameOf('OrderSaga');
    await placeSampleOrder({ stateMachines: client, stateMachineArn, ordersTable: nameOf('OrdersTable') });
    client.destroy();
    this.#announce(stateMachineArn);
  }

  /**
   * Ends all in order: no more requests, the engine, the services, the database. Each is ended even when the one before it
   * did not end well.
   *
   * @throws the first failure, after all have been ended
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#children.close();
    if (!this.#possession.isTaken) {
      return;
    }
    this.#possession.announceEnd();
    const stages = [
      () => withinTime(this.#gate?.close()),
      () => withinTime(this.#offline?.end(true)),
      () => this.#children.stop('engine'),
      () => this.#children.stop('inventory', 'payment'),
      () => this.#children.stop('dynamodb'),
    ];
    const failures: unknown[] = [];
    for (const stage of stages) {
      await stage().catch((error: unknown) => failures.push(error));
    }
    this.#possession.release();
    if (failures.length > 0) {
      throw failures[0];
    }
  }

  /** Ends all children this instant. */
  kill(): void {
    this.#stopping = true;
    this.#children.kill();
  }

  async #startDynamoDb(): Promise<void> {
    if (this.#configuration.externalDynamoDbUrl === undefined) {
      await this.#children.start(this.#descriptions.dynamodb());
    } else if (!(await isDynamoDbReady(this.#urls.dynamodb))) {
      throw new ConfigurationError(`No DynamoDB answers at DYNAMODB_ENDPOINT_URL=${this.#urls.dynamodb}.`);
    }
  }

  #announce(stateMachineArn: string): void {
    this.#possession.announceReady(this.#urls, Math.round(performance.now() - this.#startedAt));
    this.#terminal.say(banner(this.#urls, this.#configuration, stateMachineArn, process.uptime()));
    process.send?.({ type: 'ready' });
  }
}

async function withinTime(end: Promise<void> | undefined): Promise<void> {
  const tooLate = new AbortController();
  const timeout = sleep(FRONT_END_MS, undefined, { signal: tooLate.signal }).catch(() => undefined);
  try {
    await Promise.race([end, timeout]);
  } finally {
    tooLate.abort();
  }
}
