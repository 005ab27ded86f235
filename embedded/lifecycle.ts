import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { type ApiGate, openApiGate } from './admission/api-gate.ts';
import { guardServersFromPages } from './admission/guarded-servers.ts';
import { banner } from './banner.ts';
import { clientTlsEnvironment } from './certificate-files.ts';
import { ChildProcesses, linkUrls, type StackUrls, stackUrls, type TableNames } from './child-processes.ts';
import { ConfigurationError, PROJECT_ROOT, portNames, type StackConfiguration } from './configuration.ts';
import type { DataDirectory } from './data-directory.ts';
import { readTableDescription } from './dynamodb/table-description.ts';
import { ensureTable } from './dynamodb/tables.ts';
import { setLocalEnvironment } from './local-environment.ts';
import { findFreePort, refuseBusyPorts } from './port-check.ts';
import { writeFunctionModules } from './resources/function-modules.ts';
import { LocalTemplate } from './resources/local-template.ts';
import type { Serverless, ServerlessFunction } from './resources/serverless-service.ts';
import { readStateMachineDescription } from './resources/state-machine-description.ts';
import { ensureStateMachine } from './resources/state-machines.ts';
import { placeSampleOrder } from './seed/sample-order.ts';
import { isDynamoDbReady } from './supervisor/health.ts';
import { endLeftovers } from './supervisor/leftovers.ts';
import { removeJsonFile, writeJsonFile, writeRunFile } from './supervisor/run-file.ts';
import { type ProcessDescription, type ProcessReport, SupervisedProcess } from './supervisor/supervised-process.ts';
import type { Terminal } from './terminal.ts';

const API_PROCESS = 'api';
const FIRST_ANSWER_MILLISECONDS = 15_000;
const FIRST_ANSWER_PAUSE_MILLISECONDS = 250;

/** What the stack needs of the serverless-offline plugin: its public methods. */
export interface OfflineServer {
  start(): Promise<void>;
  /** @param skipExit leaves the process running */
  end(skipExit: boolean): Promise<void>;
}

const tableNamesSchema = z.object({ items: z.string(), reservations: z.string(), payments: z.string() });

/** The life of one embedded stack inside the API process: its start in order, its children, its end in order. */
export class StackLifecycle {
  readonly #serverless: Serverless;
  readonly #configuration: StackConfiguration;
  readonly #directory: DataDirectory;
  readonly #terminal: Terminal;
  readonly #children: ChildProcesses;
  readonly #urls: StackUrls;
  readonly #startedAt = performance.now();
  readonly #running: SupervisedProcess[] = [];
  #offline: OfflineServer | undefined;
  #gate: ApiGate | undefined;
  #stopping = false;
  #inPossession = false;

  constructor(serverless: Serverless, configuration: StackConfiguration, directory: DataDirectory, terminal: Terminal) {
    this.#serverless = serverless;
    this.#configuration = configuration;
    this.#directory = directory;
    this.#terminal = terminal;
    this.#urls = stackUrls(configuration);
    setLocalEnvironment(process.env, linkUrls(configuration));
    // A copy: serverless-offline puts each function's environment into process.env while it runs.
    this.#children = new ChildProcesses(configuration, directory, { ...process.env });
  }

  /**
   * Takes possession of the data directory and the ports.
   *
   * @throws ConfigurationError when another stack has the one or another program one of the others
   */
  async takePossession(): Promise<void> {
    const { ports, externalDynamoDbUrl } = this.#configuration;
    await endLeftovers(this.#directory.run, API_PROCESS);
    removeJsonFile(this.#directory.run, 'ready');
    await refuseBusyPorts(
      ports,
      portNames().filter((name) => name !== 'dynamodb' || externalDynamoDbUrl === undefined),
    );
    this.#writeOwnRunFile(false);
    this.#inPossession = true;
  }

  /** Starts the four children and makes the tables; runs beside the framework's own start. */
  async startChildren(): Promise<void> {
    const engine = this.#startChild(this.#children.engine());
    await this.#startDynamoDb();
    await this.#createTables();
    const tables = this.#tableNames();
    await Promise.all([
      engine,
      this.#startChild(this.#children.inventory(tables)),
      this.#startChild(this.#children.payment(tables)),
    ]);
  }

  /** Starts the functions and the HTTP API, and finishes the start: state machines, seed, banner. */
  async startApi(offline: OfflineServer, childrenStarted: Promise<void>): Promise<void> {
    this.#offline = offline;
    guardServersFromPages();
    const template = LocalTemplate.of(this.#serverless);
    const apiPort = await findFreePort();
    const modules = this.#localiseFunctions(template, apiPort);
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
    await Promise.all([this.#createStateMachines(client, template), offline.start()]);
    this.#gate = await openApiGate({ host: '127.0.0.1', port: this.#configuration.ports.http, upstreamPort: apiPort });
    await this.#firstAnswer();
    const stateMachineArn = this.#resourceName(template, 'OrderSaga');
    await placeSampleOrder({
      stateMachines: client,
      stateMachineArn,
      ordersTable: this.#resourceName(template, 'OrdersTable'),
    });
    client.destroy();
    this.#announce(stateMachineArn);
  }

  /** Ends all in order: no more requests, the engine, the services, the database. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (!this.#inPossession) {
      return;
    }
    removeJsonFile(this.#directory.run, 'ready');
    await this.#gate?.close();
    await this.#offline?.end(true);
    await this.#stopChildren('engine');
    await this.#stopChildren('inventory', 'payment');
    await this.#stopChildren('dynamodb');
    removeJsonFile(this.#directory.run, API_PROCESS);
  }

  /** Ends all children this instant. */
  kill(): void {
    this.#stopping = true;
    for (const child of this.#running) {
      child.kill();
    }
  }

  async #stopChildren(...names: readonly string[]): Promise<void> {
    await Promise.all(this.#running.filter((child) => names.includes(child.name)).map((child) => child.stop()));
  }

  async #startChild(description: ProcessDescription): Promise<void> {
    if (this.#stopping) {
      return;
    }
    const child = new SupervisedProcess({
      description,
      log: this.#terminal.openLog(join(this.#directory.logs, `${description.name}.log`), description.name),
      runFolder: this.#directory.run,
      report: (report) => this.#show(report),
    });
    this.#running.push(child);
    await child.start();
  }

  async #startDynamoDb(): Promise<void> {
    if (this.#configuration.externalDynamoDbUrl === undefined) {
      await this.#startChild(this.#children.dynamodb());
    } else if (!(await isDynamoDbReady(this.#urls.dynamodb))) {
      throw new ConfigurationError(`No DynamoDB answers at DYNAMODB_ENDPOINT_URL=${this.#urls.dynamodb}.`);
    }
  }

  async #createTables(): Promise<void> {
    const template = LocalTemplate.of(this.#serverless);
    const client = new DynamoDBClient({ endpoint: this.#urls.dynamodb });
    const tables = template.resourcesOfType('AWS::DynamoDB::Table');
    await Promise.all(
      tables.map(({ logicalId, properties }) => ensureTable(client, readTableDescription(logicalId, properties))),
    );
    client.destroy();
  }

  async #createStateMachines(client: SFNClient, template: LocalTemplate): Promise<void> {
    for (const resource of template.resourcesOfType('AWS::StepFunctions::StateMachine')) {
      await ensureStateMachine(client, readStateMachineDescription(resource));
    }
  }

  #resourceName(template: LocalTemplate, logicalId: string): string {
    return String(template.resolve({ Ref: logicalId }, 'the sample order'));
  }

  #tableNames(): TableNames {
    const parsed = tableNamesSchema.safeParse(this.#serverless.service.custom?.tables);
    if (!parsed.success) {
      throw new ConfigurationError(`custom.tables of serverless.yml: ${z.prettifyError(parsed.error)}`);
    }
    return parsed.data;
  }

  /**
   * Gives the functions their local environment and sources, and serverless-offline the port behind the gate; answers
   * the modules to load.
   */
  #localiseFunctions(template: LocalTemplate, apiPort: number): readonly string[] {
    const { service } = this.#serverless;
    const functions = Object.entries(service.functions);
    const { inventory, payment } = linkUrls(this.#configuration);
    const { authMode, certificatesDirectory } = this.#configuration;
    const common = {
      ...template.resolveEnvironment(service.provider.environment, 'provider.environment'),
      AUTH_MODE: authMode,
      ...(certificatesDirectory === undefined
        ? { INVENTORY_GRPC_URL: inventory, PAYMENT_GRPC_URL: payment }
        : {
            ...clientTlsEnvironment(certificatesDirectory),
            INVENTORY_GRPC_URL: encryptedUrl(inventory),
            PAYMENT_GRPC_URL: encryptedUrl(payment),
          }),
    };
    service.provider.environment = common;
    Object.assign(process.env, common);
    for (const [key, definition] of functions) {
      definition.environment = template.resolveEnvironment(definition.environment, `functions.${key}.environment`);
      if (authMode === 'none') {
        removeAuthorizers(definition);
      }
      Object.assign(process.env, definition.environment, { AUTH_MODE: authMode });
    }
    const offline = service.custom?.['serverless-offline'];
    service.custom = {
      ...service.custom,
      'serverless-offline': {
        ...(typeof offline === 'object' && offline),
        location: this.#directory.handlers,
        httpPort: apiPort,
      },
    };
    return writeFunctionModules(
      PROJECT_ROOT,
      this.#directory.handlers,
      functions.map(([, { handler }]) => handler),
    );
  }

  /** One request through API, function, service and database: what it proves need not be hoped. */
  async #firstAnswer(): Promise<void> {
    // Where callers must say who they are, only what is open to all can be asked.
    const path = this.#configuration.authMode === 'none' ? '/inventory/stocks' : '/health';
    const url = `${this.#urls.http}${path}`;
    const deadline = AbortSignal.timeout(FIRST_ANSWER_MILLISECONDS);
    for (;;) {
      const response = await fetch(url, { signal: deadline });
      const text = await response.text();
      if (response.ok || this.#stopping) {
        return;
      }
      // 503 is the API's own word for "try again"; a child may just be coming back.
      if (response.status !== 503 || deadline.aborted) {
        throw new Error(`The first request, GET ${url}, was answered with ${response.status}: ${text.slice(0, 500)}`);
      }
      await sleep(FIRST_ANSWER_PAUSE_MILLISECONDS);
    }
  }

  #writeOwnRunFile(ready: boolean): void {
    writeRunFile(this.#directory.run, {
      name: API_PROCESS,
      pid: process.pid,
      port: this.#configuration.ports.http,
      startedAt: new Date(performance.timeOrigin).toISOString(),
      ready,
      identity: ['serverless', 'offline'],
    });
  }

  #announce(stateMachineArn: string): void {
    const milliseconds = Math.round(performance.now() - this.#startedAt);
    writeJsonFile(this.#directory.run, 'ready', {
      pid: process.pid,
      urls: this.#urls,
      ports: this.#configuration.ports,
      milliseconds,
    });
    this.#writeOwnRunFile(true);
    this.#terminal.say(banner(this.#urls, this.#configuration, stateMachineArn, process.uptime()));
    process.send?.({ type: 'ready' });
  }

  #show(report: ProcessReport): void {
    switch (report.type) {
      case 'died':
        this.#terminal.say(`${report.name} ${report.how}; starting it again in ${report.delayMilliseconds} ms`);
        break;
      case 'recovered':
        this.#terminal.say(`${report.name} is back (process ${report.pid}, ${Math.round(report.milliseconds)} ms)`);
        break;
      case 'keeps-dying':
        this.#terminal.say(
          [`${report.name} died ${report.deaths} times in a row. The end of its log:`, ...report.lastLines].join(
            '\n    ',
          ),
        );
        break;
      default:
        report satisfies never;
    }
  }
}

/** In the cloud serverless.yml asks for API keys unless told otherwise; this machine's own API is open to it. */
function removeAuthorizers({ events = [] }: ServerlessFunction): void {
  for (const { http } of events) {
    delete http?.authorizer;
  }
}

/** By name: TLS knows servers by name, and by address only where it must (RFC 6066, section 3). */
function encryptedUrl(address: string): string {
  return `grpcs://${address.replace('127.0.0.1', 'localhost')}`;
}
