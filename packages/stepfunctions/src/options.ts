import { type DestinationStream, pino } from 'pino';
import { MockConfiguration } from './integrations/mock-configuration.ts';
import { serviceKey } from './service-models/client-package.ts';

/** Logs the engine's own events; a `pino` logger fits. It never sees inputs, outputs or task tokens. */
export interface EngineLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * What a committed transaction survives.
 * - `process`: the end of the process, `kill -9` included (SQLite `synchronous=NORMAL`). A power cut may undo the last
 *   moments; the file stays consistent.
 * - `power`: a power cut too. Every group commit waits for fsync (SQLite `synchronous=FULL`).
 */
export type Durability = 'process' | 'power';

/** When finished executions leave the journal. Running ones never do. */
export interface Retention {
  /** Seconds after its end at which a finished execution is dropped; AWS keeps them for 90 days. */
  readonly finishedSeconds: number;
  /** Only this many finished executions are kept, the latest ones. */
  readonly finishedCount: number;
}

/** How the server is started. Only `dataDir` has no default. */
export interface StepFunctionsServerOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** Port to listen on, 0 for any free one. Default 0. */
  readonly port?: number;
  /** Folder of the journal, created if absent, or `:memory:` for a server that forgets everything. */
  readonly dataDir: string;
  /**
   * Lambda's Invoke API, e.g. `http://localhost:3002` for serverless-offline. Without it Lambda tasks fail and Lambda
   * calls are refused.
   */
  readonly lambdaEndpoint?: string;
  /** DynamoDB's API. Without it DynamoDB tasks fail and DynamoDB calls are refused. */
  readonly dynamodbEndpoint?: string;
  /**
   * Where other services are, by name: `{ sns: 'http://localhost:5000' }`. Tasks call them through the service's client from
   * AWS's SDK for JavaScript, such as `@aws-sdk/client-sns`, which must be installed. Without an endpoint a state machine
   * that calls the service is refused.
   */
  readonly endpoints?: { readonly [service: string]: string };
  /** Account id in ARNs, 12 digits. Default `000000000000`. */
  readonly account?: string;
  /** Region in ARNs. Default `us-east-1`. */
  readonly region?: string;
  /** Concurrent calls to Lambda and DynamoDB; more are queued. Default 32. */
  readonly maxConcurrentInvokes?: number;
  /**
   * Concurrent calls that began within the last half second. Set it low where functions and callers share a machine:
   * more of them at once do not finish sooner. Default: `maxConcurrentInvokes`.
   */
  readonly maxBusyInvokes?: number;
  /**
   * As `maxBusyInvokes`, while executions are started faster than they are worked off, for half a minute at most: a low number
   * leaves the processor to the starts, 0 all of it. Default: `maxBusyInvokes`.
   */
  readonly maxBusyInvokesInSpike?: number;
  /** StartExecution is throttled while this many executions have a queued task. Default 2,000. */
  readonly maxQueuedExecutions?: number;
  /** Seconds for which an endpoint that refuses connections is tried again before the task fails. Default 20. */
  readonly connectRetrySeconds?: number;
  /**
   * The part of Waits and pauses before retries that passes in fact, for tests: with 0.001, an hour takes 3.6 seconds.
   * Timeouts and heartbeats keep their length. Default 1.
   */
  readonly waitScale?: number;
  /** A `MockConfigFile.json` of AWS's Step Functions Local, which answers the tasks of executions started as `arn#TestCase`. */
  readonly mockConfig?: string;
  /** Where changes of an execution's status are posted in EventBridge's shape. Default: nowhere. */
  readonly eventsEndpoint?: string;
  /** Default `process`. */
  readonly durability?: Durability;
  /** Default 90 days and 1,000,000 executions. */
  readonly retention?: Partial<Retention>;
  /** Default: warnings and errors to standard error, as JSON lines. */
  readonly logger?: EngineLogger;
}

/** The options with every default filled in. */
export type EngineSettings = Required<
  Omit<
    StepFunctionsServerOptions,
    'lambdaEndpoint' | 'dynamodbEndpoint' | 'endpoints' | 'eventsEndpoint' | 'mockConfig' | 'retention'
  >
> & {
  readonly lambdaEndpoint: string | undefined;
  readonly dynamodbEndpoint: string | undefined;
  /** By `serviceKey`. */
  readonly endpoints: ReadonlyMap<string, string>;
  readonly eventsEndpoint: string | undefined;
  readonly mocks: MockConfiguration | undefined;
  readonly retention: Retention;
};

/** Thrown for an option that cannot be used. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
  /** The option, e.g. `maxBusyInvokes` or `retention.finishedCount`. */
  readonly option: string;
  /** What is wrong with it, to be read behind the option's name. */
  readonly problem: string;

  constructor(option: string, problem: string) {
    super(`${option} ${problem}`);
    this.option = option;
    this.problem = problem;
  }
}

const NINETY_DAYS = 90 * 24 * 60 * 60;

/**
 * Fills in the defaults and checks the options.
 *
 * @throws {OptionError}
 */
export function settingsOf(options: StepFunctionsServerOptions): EngineSettings {
  const { account = '000000000000', durability = 'process', maxConcurrentInvokes = 32, retention } = options;
  if (!/^\d{12}$/.test(account)) {
    throw new OptionError('account', `is '${account}', but must be 12 digits.`);
  }
  if (durability !== 'process' && durability !== 'power') {
    throw new OptionError('durability', `is '${String(durability)}', but must be process or power.`);
  }
  return {
    host: options.host ?? '127.0.0.1',
    port: checkNumber('port', options.port ?? 0, 0),
    dataDir: options.dataDir,
    lambdaEndpoint: checkEndpoint('lambdaEndpoint', options.lambdaEndpoint ?? options.endpoints?.lambda),
    dynamodbEndpoint: checkEndpoint('dynamodbEndpoint', options.dynamodbEndpoint ?? options.endpoints?.dynamodb),
    endpoints: checkEndpoints(options.endpoints),
    account,
    region: options.region ?? 'us-east-1',
    maxConcurrentInvokes: checkNumber('maxConcurrentInvokes', maxConcurrentInvokes, 1),
    maxBusyInvokes: checkNumber('maxBusyInvokes', options.maxBusyInvokes ?? maxConcurrentInvokes, 1),
    maxBusyInvokesInSpike: checkNumber(
      'maxBusyInvokesInSpike',
      options.maxBusyInvokesInSpike ?? options.maxBusyInvokes ?? maxConcurrentInvokes,
      0,
    ),
    maxQueuedExecutions: checkNumber('maxQueuedExecutions', options.maxQueuedExecutions ?? 2_000, 1),
    connectRetrySeconds: checkNumber('connectRetrySeconds', options.connectRetrySeconds ?? 20, 0),
    waitScale: checkNumber('waitScale', options.waitScale ?? 1, 0),
    eventsEndpoint: checkEndpoint('eventsEndpoint', options.eventsEndpoint),
    mocks: readMocks(options.mockConfig),
    durability,
    retention: {
      finishedSeconds: checkNumber('retention.finishedSeconds', retention?.finishedSeconds ?? NINETY_DAYS, 0),
      finishedCount: checkNumber('retention.finishedCount', retention?.finishedCount ?? 1_000_000, 0),
    },
    logger: options.logger ?? pino({ level: 'warn' }, standardError()),
  };
}

/** Lines that a full disk does not take wait in memory up to this size, in bytes. Later ones are lost. */
const MAX_WAITING_LOG = 1_048_576;

/** A log that cannot be written, on a full disk or to a closed pipe, must not end the engine. */
function standardError(): DestinationStream {
  const output = pino.destination({ dest: 2, maxLength: MAX_WAITING_LOG });
  output.on('error', () => undefined);
  return output;
}

function readMocks(file: string | undefined): MockConfiguration | undefined {
  if (file === undefined) {
    return undefined;
  }
  try {
    return MockConfiguration.read(file);
  } catch (error) {
    throw new OptionError('mockConfig', `is '${file}', which cannot be used: ${(error as Error).message}`);
  }
}

function checkEndpoint(option: string, url: string | undefined): string | undefined {
  if (url === undefined) {
    return undefined;
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new OptionError(option, `is '${url}', but must be a URL like http://localhost:3002.`);
  }
  return url;
}

/** Services whose tasks the engine runs by itself, or calls without an SDK. */
const OWN_SERVICES: ReadonlySet<string> = new Set(['lambda', 'dynamodb', 'sfn', 'states', 'stepfunctions']);

function checkEndpoints(endpoints: { readonly [service: string]: string } = {}): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [service, url] of Object.entries(endpoints)) {
    const key = serviceKey(service);
    if (key === '') {
      throw new OptionError('endpoints', `names no service for ${url}.`);
    }
    checkEndpoint('endpoints', url);
    if (!OWN_SERVICES.has(key)) {
      found.set(key, url);
    }
  }
  return found;
}

function checkNumber(option: string, value: number, min: number): number {
  if (!Number.isFinite(value) || value < min) {
    throw new OptionError(
      option,
      `${Number.isNaN(value) ? '' : `is ${value}, but `}must be a number of at least ${min}.`,
    );
  }
  return value;
}
