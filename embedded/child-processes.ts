import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { linkUrls, type StackUrls, stackUrls } from './addresses.ts';
import { clientTlsEnvironment, serverTlsEnvironment } from './certificate-files.ts';
import { PROJECT_ROOT, type StackConfiguration } from './configuration.ts';
import type { DataDirectory } from './data-directory.ts';
import { findDynoxide } from './dynamodb/dynoxide.ts';
import type { FaultDials } from './laboratory/fault-dials.ts';
import { type ClientTlsFiles, isDynamoDbReady, isServing, isStepFunctionsReady } from './supervisor/health.ts';
import type { ProcessDescription } from './supervisor/supervised-process.ts';
import { SMALL_HEAP_FLAGS } from './supervisor/supervised-process.ts';

const READY_WITHIN_MS = 30_000;
const GRACE_MS = 5_000;

/**
 * Lambda and DynamoDB calls that Step Functions has in flight at once, and how many of them may be computing rather than
 * waiting for a service. More of them would take the processors from the API (see docs/performance.md).
 */
const CONCURRENT_TASKS = 32;
const BUSY_TASKS = 5;

/** The same during a spike of orders, which is taken first and worked off later. It counts as a spike for 30 s at most. */
const BUSY_TASKS_IN_SPIKE = 0;

/** Executions that wait for their turn: a spike is taken at once and worked off later. Each takes some kilobytes. */
const QUEUED_EXECUTIONS = 20_000;

/** The services' tables, as serverless.yml names them. */
export interface TableNames {
  readonly items: string;
  readonly reservations: string;
  readonly payments: string;
}

/** What differs from one Node program of the stack to the next. */
interface NodeProgram {
  readonly name: string;
  readonly port: number;
  /** Absolute path of the program. */
  readonly main: string;
  readonly arguments?: readonly string[];
  /** Added to the environment that all children share. */
  readonly environment: Readonly<Record<string, string>>;
  readonly isReady: (timeoutMs: number) => Promise<boolean>;
}

/** Describes the four child processes of one stack. */
export class ChildProcesses {
  readonly #configuration: StackConfiguration;
  readonly #directory: DataDirectory;
  readonly #dials: FaultDials;
  readonly #urls: StackUrls;
  readonly #links: StackUrls;
  readonly #baseEnvironment: NodeJS.ProcessEnv;

  /** @param environment what all children share, without the environment of the functions */
  constructor(
    configuration: StackConfiguration,
    directory: DataDirectory,
    dials: FaultDials,
    environment: NodeJS.ProcessEnv,
  ) {
    this.#configuration = configuration;
    this.#directory = directory;
    this.#dials = dials;
    this.#urls = stackUrls(configuration);
    this.#links = linkUrls(configuration);
    this.#baseEnvironment = environment;
  }

  /** DynamoDB: dynoxide on its database file. */
  dynamodb(): ProcessDescription {
    const { dynamodbFile } = this.#directory;
    const port = this.#configuration.ports.dynamodb;
    return {
      name: 'dynamodb',
      port,
      command: findDynoxide(),
      arguments: ['--host', '127.0.0.1', '--port', String(port), '--db-path', dynamodbFile],
      identity: ['--db-path', dynamodbFile],
      environment: this.#baseEnvironment,
      watchesParent: false,
      isReady: (timeoutMs) => isDynamoDbReady(this.#urls.dynamodb, timeoutMs),
      readyWithinMs: READY_WITHIN_MS,
      graceMs: GRACE_MS,
    };
  }

  /** The Step Functions engine and the AWS endpoint before it. */
  engine(): ProcessDescription {
    const port = this.#configuration.ports.endpoint;
    const options = {
      '--port': String(port),
      '--data': this.#directory.stepFunctions,
      '--lambda-endpoint': this.#links.lambda,
      '--dynamodb-endpoint': this.#links.dynamodb,
      '--concurrency': String(CONCURRENT_TASKS),
      '--busy': String(BUSY_TASKS),
      '--busy-in-spike': String(BUSY_TASKS_IN_SPIKE),
      '--max-queued': String(QUEUED_EXECUTIONS),
    };
    return this.#node({
      name: 'engine',
      port,
      main: createRequire(import.meta.url).resolve('resilient-stepfunctions/main'),
      arguments: Object.entries(options).flat(),
      environment: {},
      isReady: (timeoutMs) => isStepFunctionsReady(this.#urls.endpoint, timeoutMs),
    });
  }

  /** The Inventory service. It stocks each item of the catalogue once. */
  inventory(tables: TableNames): ProcessDescription {
    return this.#node({
      name: 'inventory',
      port: this.#configuration.ports.inventory,
      main: join(PROJECT_ROOT, 'grpc-services/inventory/main.ts'),
      environment: {
        ...this.#serviceEnvironment(this.#configuration.ports.inventory),
        ...this.#dials.environment('inventory'),
        METRICS_PORT: process.env.INVENTORY_METRICS_PORT ?? '',
        ITEMS_TABLE: tables.items,
        RESERVATIONS_TABLE: tables.reservations,
        SEED_FILE: join(PROJECT_ROOT, 'grpc-services/inventory/catalogue.json'),
      },
      isReady: (timeoutMs) => isServing(this.#urls.inventory, this.#probeTls(), timeoutMs),
    });
  }

  /** The Payment service. */
  payment(tables: TableNames): ProcessDescription {
    return this.#node({
      name: 'payment',
      port: this.#configuration.ports.payment,
      main: join(PROJECT_ROOT, 'grpc-services/payment/main.ts'),
      environment: {
        ...this.#serviceEnvironment(this.#configuration.ports.payment),
        ...this.#dials.environment('payment'),
        METRICS_PORT: process.env.PAYMENT_METRICS_PORT ?? '',
        PAYMENTS_TABLE: tables.payments,
        PAYMENT_ACTION_URL: `${this.#urls.http}/payment/action`,
      },
      isReady: (timeoutMs) => isServing(this.#urls.payment, this.#probeTls(), timeoutMs),
    });
  }

  #probeTls(): ClientTlsFiles | undefined {
    const { certificatesDirectory } = this.#configuration;
    return certificatesDirectory === undefined ? undefined : clientTlsEnvironment(certificatesDirectory);
  }

  #serviceEnvironment(port: number): Readonly<Record<string, string>> {
    const { certificatesDirectory } = this.#configuration;
    return {
      ...(certificatesDirectory !== undefined && serverTlsEnvironment(certificatesDirectory)),
      LISTEN_HOST: '127.0.0.1',
      PORT: String(port),
      // One port cannot be both services'.
      HEALTH_PORT: '',
      // The services need only DynamoDB. They call it directly, so that they work while the endpoint is down.
      AWS_ENDPOINT_URL: this.#links.dynamodb,
      DRAIN_SECONDS: '3',
    };
  }

  #node(program: NodeProgram): ProcessDescription {
    const preloaded = ['parent-watch.ts', 'collect-start-garbage.ts'].map(
      (file) => pathToFileURL(join(PROJECT_ROOT, 'embedded/supervisor', file)).href,
    );
    // The data directory in the command line tells this stack's children from another stack's. As part of the file's own URL
    // it would miss Node's compile cache, and Node would load its TypeScript compiler (18 MB).
    const imports = preloaded.map((url) => `import ${JSON.stringify(url)};`).join(' ');
    const preload = `data:text/javascript,${encodeURIComponent(`${imports} ${JSON.stringify(this.#directory.root)}`)}`;
    return {
      name: program.name,
      port: program.port,
      command: process.execPath,
      arguments: [...SMALL_HEAP_FLAGS, '--import', preload, program.main, ...(program.arguments ?? [])],
      identity: [preload, program.main],
      environment: { ...this.#baseEnvironment, ...program.environment },
      watchesParent: true,
      isReady: program.isReady,
      readyWithinMs: READY_WITHIN_MS,
      graceMs: GRACE_MS,
    };
  }
}
