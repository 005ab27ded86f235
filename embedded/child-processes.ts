import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clientTlsEnvironment, serverTlsEnvironment } from './certificate-files.ts';
import { PROJECT_ROOT, type StackConfiguration } from './configuration.ts';
import type { DataDirectory } from './data-directory.ts';
import { findDynoxide } from './dynamodb/dynoxide.ts';
import { type ClientTlsFiles, isDynamoDbReady, isServing, isStepFunctionsReady } from './supervisor/health.ts';
import { MODEST_HEAP } from './supervisor/modest-heap.ts';
import type { ProcessDescription } from './supervisor/supervised-process.ts';

const READY_WITHIN_MS = 30_000;
const GRACE_MS = 5_000;

/**
 * Functions and DynamoDB calls that Step Functions has under way at once, and how many of them may be at work rather than
 * waiting for a service. The functions share one event loop with the HTTP API: with more at work, its answers wait (see
 * docs/performance.md).
 */
const CONCURRENT_TASKS = 32;
const BUSY_TASKS = 5;

/** What the stack's child processes need to know of serverless.yml. */
export interface TableNames {
  readonly items: string;
  readonly reservations: string;
  readonly payments: string;
}

/** Where the parts of the stack are reached. */
export interface StackUrls {
  readonly http: string;
  readonly lambda: string;
  readonly endpoint: string;
  readonly dynamodb: string;
  /** host:port, as gRPC names it. */
  readonly inventory: string;
  readonly payment: string;
}

/** The addresses that follow from a configuration. */
export function stackUrls({ ports, externalDynamoDbUrl }: StackConfiguration): StackUrls {
  return {
    http: `http://127.0.0.1:${ports.http}`,
    lambda: `http://127.0.0.1:${ports.lambda}`,
    endpoint: `http://127.0.0.1:${ports.endpoint}`,
    dynamodb: externalDynamoDbUrl ?? `http://127.0.0.1:${ports.dynamodb}`,
    inventory: `127.0.0.1:${ports.inventory}`,
    payment: `127.0.0.1:${ports.payment}`,
  };
}

/** The addresses under which the parts reach each other: their own, or what stands before them. */
export function linkUrls(configuration: StackConfiguration): StackUrls {
  return { ...stackUrls(configuration), ...configuration.links };
}

/** What differs between the stack's Node programs. */
interface NodeProgram {
  readonly name: string;
  readonly port: number;
  /** Path in the checkout. */
  readonly main: string;
  readonly arguments?: readonly string[];
  /** Beside what all children get. */
  readonly environment: Readonly<Record<string, string>>;
  readonly isReady: () => Promise<boolean>;
}

/** Describes the four child processes of one stack. */
export class ChildProcesses {
  readonly #configuration: StackConfiguration;
  readonly #directory: DataDirectory;
  readonly #urls: StackUrls;
  readonly #links: StackUrls;
  readonly #baseEnvironment: NodeJS.ProcessEnv;

  /** @param environment what all children get, before anything of the functions' environment came into it */
  constructor(configuration: StackConfiguration, directory: DataDirectory, environment: NodeJS.ProcessEnv) {
    this.#configuration = configuration;
    this.#directory = directory;
    this.#urls = stackUrls(configuration);
    this.#links = linkUrls(configuration);
    this.#baseEnvironment = environment;
  }

  /** dynoxide on its database file. */
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
      isReady: () => isDynamoDbReady(this.#urls.dynamodb),
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
    };
    return this.#node({
      name: 'engine',
      port,
      main: createRequire(import.meta.url).resolve('resilient-stepfunctions/main'),
      arguments: Object.entries(options).flat(),
      environment: {},
      isReady: () => isStepFunctionsReady(this.#urls.endpoint),
    });
  }

  /** The Inventory service; it stocks each item of the catalogue once. */
  inventory(tables: TableNames): ProcessDescription {
    return this.#node({
      name: 'inventory',
      port: this.#configuration.ports.inventory,
      main: join(PROJECT_ROOT, 'grpc-services/inventory/main.ts'),
      environment: {
        ...this.#serviceEnvironment(this.#configuration.ports.inventory),
        ITEMS_TABLE: tables.items,
        RESERVATIONS_TABLE: tables.reservations,
        SEED_FILE: join(PROJECT_ROOT, 'grpc-services/inventory/catalogue.json'),
      },
      isReady: () => isServing(this.#urls.inventory, this.#probeTls()),
    });
  }

  /** The Payment service. */
  payment(tables: TableNames): ProcessDescription {
    return this.#node({
      name: 'payment',
      port: this.#configuration.ports.payment,
      main: join(PROJECT_ROOT, 'grpc-services/payment/main.ts'),
      environment: { ...this.#serviceEnvironment(this.#configuration.ports.payment), PAYMENTS_TABLE: tables.payments },
      isReady: () => isServing(this.#urls.payment, this.#probeTls()),
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
      // The services use DynamoDB alone: straight to it, so that they go on while the endpoint is down.
      AWS_ENDPOINT_URL: this.#links.dynamodb,
      DRAIN_SECONDS: '3',
    };
  }

  #node(program: NodeProgram): ProcessDescription {
    const parentWatch = pathToFileURL(join(PROJECT_ROOT, 'embedded/supervisor/parent-watch.ts')).href;
    // The string behind it makes the command line tell this stack's children from another stack's. It must not be part of the
    // file's own URL: Node's compile cache would not know that one, and would load its TypeScript compiler (18 MB) for it.
    const preload = `data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(parentWatch)}; ${JSON.stringify(this.#directory.root)}`)}`;
    return {
      name: program.name,
      port: program.port,
      command: process.execPath,
      arguments: [...MODEST_HEAP, '--import', preload, program.main, ...(program.arguments ?? [])],
      identity: [preload, program.main],
      environment: { ...this.#baseEnvironment, ...program.environment },
      watchesParent: true,
      isReady: program.isReady,
      readyWithinMs: READY_WITHIN_MS,
      graceMs: GRACE_MS,
    };
  }
}
