import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { clientPackage } from '../../service-models/client-package.ts';
import { TaskFailure } from '../integration.ts';

/** How the clients of AWS's SDK are set up. */
export interface SdkSettings {
  readonly region: string;
  /** Calls of one client at once. */
  readonly connections: number;
  /** For how long an endpoint that refuses connections is tried again. */
  readonly connectRetrySeconds: number;
}

/** A client of AWS's SDK for JavaScript, as far as the engine uses it. */
interface Client {
  readonly config: { readonly serviceId: string };
  send(command: Command, options: { readonly abortSignal: AbortSignal }): Promise<object>;
  destroy(): void;
}

interface Command {
  /** The operation's schema; older versions of the SDK have none. */
  readonly schema?: unknown;
  readonly middlewareStack: {
    add(middleware: (next: Next) => Next, options: { readonly step: 'deserialize'; readonly priority: 'low' }): void;
  };
}

type Next = (arguments_: unknown) => Promise<{ readonly response: HttpResponse }>;
type ClientClass = new (settings: object) => Client;
type CommandClass = new (input: object) => Command;

interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a service answered, and the HTTP answer that carried it. */
export interface SdkReply {
  readonly output: object;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * A service's client from AWS's SDK for JavaScript, which is installed beside the engine or in the working folder. It calls
 * one endpoint with the credentials of the environment, and repeats no call that may have arrived.
 */
export class SdkClient {
  readonly #client: Client;
  readonly #commands: ReadonlyMap<string, CommandClass>;
  readonly #exceptions: ReadonlySet<string>;
  readonly #connectRetryMs: number;

  private constructor(module: Readonly<Record<string, unknown>>, endpoint: string, settings: SdkSettings) {
    const classes = Object.entries(module).filter(([, value]) => typeof value === 'function');
    const [, Client] = classes.find(([name]) => /^[A-Za-z0-9]+Client$/.test(name)) ?? [];
    if (Client === undefined) {
      throw new Error('the package exports no client');
    }
    const pool = { keepAlive: true, maxSockets: settings.connections };
    this.#client = new (Client as ClientClass)({
      endpoint,
      region: settings.region,
      credentials: credentials(),
      maxAttempts: 1,
      requestHandler: { httpAgent: pool, httpsAgent: pool },
      // Of S3 and SQS: a bucket's or a queue's own host is not where the endpoint is.
      forcePathStyle: true,
      useQueueUrlAsEndpoint: false,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    this.#commands = new Map(
      classes
        .filter(([name]) => name.endsWith('Command'))
        .map(([name, value]) => [name.slice(0, -'Command'.length).toLowerCase(), value as CommandClass]),
    );
    this.#exceptions = new Set(classes.map(([name]) => name).filter((name) => !name.endsWith('ServiceException')));
    this.#connectRetryMs = settings.connectRetrySeconds * 1_000;
  }

  /**
   * Loads a service's client.
   *
   * @throws {TaskFailure} its package is not installed
   */
  static async load(service: string, endpoint: string, settings: SdkSettings): Promise<SdkClient> {
    const name = clientPackage(service);
    const module = await importBeside(name);
    if (module === undefined) {
      const advice = `which is not installed. Run \`npm install ${name}\` where the engine is installed or started.`;
      throw new TaskFailure('States.Runtime', `The engine calls ${service} with the package ${name}, ${advice}`);
    }
    return new SdkClient(module, endpoint, settings);
  }

  /** The service's id in AWS's own API, such as `Secrets Manager`. */
  get serviceId(): string {
    return this.#client.config.serviceId;
  }

  /** Whether the service's API has an exception of this name. */
  hasException(name: string): boolean {
    return this.#exceptions.has(name);
  }

  /** The schema of an action; `undefined` where the SDK has none. */
  schemaOf(action: string): unknown {
    const Command = this.#commands.get(action.toLowerCase());
    return Command && new Command({}).schema;
  }

  hasAction(action: string): boolean {
    return this.#commands.has(action.toLowerCase());
  }

  /**
   * Calls an action.
   *
   * @throws the SDK's own exception: the service refused, or gave no answer
   */
  async call(action: string, input: object, cancelled: AbortSignal): Promise<SdkReply> {
    const Command = this.#commands.get(action.toLowerCase());
    if (Command === undefined) {
      throw new Error(`${this.serviceId} has no action ${action}`);
    }
    const until = Date.now() + this.#connectRetryMs;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await this.#callOnce(new Command(input), cancelled);
      } catch (error) {
        if (!wasRefusedConnection(error) || Date.now() + pause > until) {
          throw error;
        }
        await sleep(pause, undefined, { signal: cancelled });
      }
    }
  }

  close(): void {
    this.#client.destroy();
  }

  async #callOnce(command: Command, abortSignal: AbortSignal): Promise<SdkReply> {
    let reply: HttpResponse = { statusCode: 200, headers: {} };
    command.middlewareStack.add(
      (next) => async (arguments_) => {
        const result = await next(arguments_);
        reply = result.response;
        return result;
      },
      { step: 'deserialize', priority: 'low' },
    );
    const output = await this.#client.send(command, { abortSignal });
    return { output, status: reply.statusCode, headers: reply.headers };
  }
}

/** Emulators take any credentials. */
function credentials(): object {
  const { AWS_ACCESS_KEY_ID = 'test', AWS_SECRET_ACCESS_KEY = 'test', AWS_SESSION_TOKEN } = process.env;
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  };
}

/** Imports a package that is installed beside the engine, or else in the working folder. */
async function importBeside(name: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return (await import(name)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (!isMissing(error)) {
      throw error;
    }
  }
  try {
    const path = createRequire(join(process.cwd(), 'package.json')).resolve(name);
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return /^(?:ERR_)?MODULE_NOT_FOUND$/.test(codeOf(error));
}

/** Nothing arrived, so the call may be repeated. */
function wasRefusedConnection(error: unknown): boolean {
  return codeOf(error) === 'ECONNREFUSED';
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
