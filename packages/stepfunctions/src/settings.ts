import { pino } from 'pino';
import type { EngineLogger, Retention, StepFunctionsServerOptions } from './options.ts';

const NINETY_DAYS = 90 * 24 * 60 * 60;

/** The options with every default filled in. */
export type EngineSettings = Required<
  Omit<StepFunctionsServerOptions, 'lambdaEndpoint' | 'dynamodbEndpoint' | 'retention'>
> & {
  readonly lambdaEndpoint: string | undefined;
  readonly dynamodbEndpoint: string | undefined;
  readonly retention: Retention;
};

function defaultLogger(): EngineLogger {
  return pino({ level: 'warn' }, pino.destination(2));
}

/** Thrown for an option that cannot be used; says which and what it should be. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

function checkEndpoint(name: string, url: string | undefined): string | undefined {
  if (url === undefined) {
    return undefined;
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new OptionError(`${name} is '${url}', but must be a URL like http://localhost:3002.`);
  }
  return url;
}

function checkCount(name: string, value: number, least: number): number {
  if (!Number.isFinite(value) || value < least) {
    throw new OptionError(`${name} is ${value}, but must be at least ${least}.`);
  }
  return value;
}

/**
 * Fills in the defaults and checks what was given.
 *
 * @throws {OptionError}
 */
export function settingsOf(options: StepFunctionsServerOptions): EngineSettings {
  const { account = '000000000000', region = 'us-east-1' } = options;
  if (!/^\d{12}$/.test(account)) {
    throw new OptionError(`account is '${account}', but must be 12 digits.`);
  }
  return {
    host: options.host ?? '127.0.0.1',
    port: checkCount('port', options.port ?? 0, 0),
    dataDir: options.dataDir,
    lambdaEndpoint: checkEndpoint('lambdaEndpoint', options.lambdaEndpoint),
    dynamodbEndpoint: checkEndpoint('dynamodbEndpoint', options.dynamodbEndpoint),
    account,
    region,
    maxConcurrentInvokes: checkCount('maxConcurrentInvokes', options.maxConcurrentInvokes ?? 32, 1),
    maxBusyInvokes: checkCount('maxBusyInvokes', options.maxBusyInvokes ?? options.maxConcurrentInvokes ?? 32, 1),
    maxQueuedExecutions: checkCount('maxQueuedExecutions', options.maxQueuedExecutions ?? 2_000, 1),
    connectRetrySeconds: checkCount('connectRetrySeconds', options.connectRetrySeconds ?? 20, 0),
    durability: options.durability ?? 'process',
    retention: {
      finishedSeconds: checkCount('retention.finishedSeconds', options.retention?.finishedSeconds ?? NINETY_DAYS, 0),
      finishedCount: checkCount('retention.finishedCount', options.retention?.finishedCount ?? 1_000_000, 0),
    },
    logger: options.logger ?? defaultLogger(),
  };
}
