#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { JournalLockedError } from './journal/data-lock.ts';
import { JournalVersionError } from './journal/database.ts';
import type { Durability, StepFunctionsServerOptions } from './options.ts';
import { startStepFunctionsServer } from './server.ts';
import { OptionError } from './settings.ts';

const USAGE = `AWS Step Functions on this machine, durable.

resilient-stepfunctions [options]

  --lambda-endpoint URL     where Lambda's Invoke API is, e.g. http://localhost:3002; without it Lambda tasks fail
  --dynamodb-endpoint URL   where DynamoDB is; without it DynamoDB tasks fail
  --port N                  port to listen on (8083; 0 for any)
  --host ADDRESS            address to listen on (127.0.0.1)
  --data DIR                folder of the journal (.stepfunctions), or :memory:
  --account ID              account in ARNs (000000000000)
  --region NAME             region in ARNs (us-east-1)
  --concurrency N           Lambda and DynamoDB calls at once (32)
  --busy N                  of these, how many that began within the last half second (all)
  --max-queued N            executions with a task that waits for its turn, beyond which StartExecution answers
                            ThrottlingException (2000)
  --connect-retry SECONDS   how long an endpoint that refuses connections is tried again (20)
  --durability KIND         process: commits survive kill -9; power: a power cut too (process)
  --retention-days N        finished executions are dropped after this time (90)
  --retention-count N       only so many finished executions are kept (1000000)
  --help`;

/** Thrown for an option on the command line that is no number. */
function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new OptionError(`--${name} is '${text}', but must be a number.`);
  }
  return value;
}

function durabilityOf(text: string | undefined): Durability | undefined {
  if (text === undefined || text === 'process' || text === 'power') {
    return text;
  }
  throw new OptionError(`--durability is '${text}', but must be process or power.`);
}

/** Leaves out what is undefined, as the options want it. */
function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function readOptions(args: readonly string[]): StepFunctionsServerOptions | 'help' {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      'lambda-endpoint': string,
      'dynamodb-endpoint': string,
      port: { type: 'string', default: '8083' },
      host: string,
      data: { type: 'string', default: '.stepfunctions' },
      account: string,
      region: string,
      concurrency: string,
      busy: string,
      'max-queued': string,
      'connect-retry': string,
      durability: string,
      'retention-days': string,
      'retention-count': string,
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    return 'help';
  }
  const days = numberOf('retention-days', values['retention-days']);
  return {
    dataDir: values.data,
    retention: given({
      finishedSeconds: days === undefined ? undefined : days * 86_400,
      finishedCount: numberOf('retention-count', values['retention-count']),
    }),
    ...given({
      lambdaEndpoint: values['lambda-endpoint'],
      dynamodbEndpoint: values['dynamodb-endpoint'],
      port: numberOf('port', values.port),
      host: values.host,
      account: values.account,
      region: values.region,
      maxConcurrentInvokes: numberOf('concurrency', values.concurrency),
      maxBusyInvokes: numberOf('busy', values.busy),
      maxQueuedExecutions: numberOf('max-queued', values['max-queued']),
      connectRetrySeconds: numberOf('connect-retry', values['connect-retry']),
      durability: durabilityOf(values.durability),
    }),
  };
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(USAGE);
    return;
  }
  const server = await startStepFunctionsServer(options);
  console.log(`Step Functions on ${server.url}`);
  let isClosing = false;
  const close = (): void => {
    if (isClosing) {
      return;
    }
    isClosing = true;
    void server.close().then(() => process.exit(0));
  };
  process.on('SIGINT', close);
  process.on('SIGTERM', close);
}

function fail(error: unknown): void {
  const isUsage = error instanceof OptionError || (error instanceof TypeError && 'code' in error);
  const isKnown = isUsage || error instanceof JournalVersionError || error instanceof JournalLockedError;
  console.error(isUsage ? `${error.message}\n\n${USAGE}` : isKnown ? error.message : error);
  process.exitCode = isUsage ? 2 : 1;
}

// Imported, it does nothing: so it is compiled ahead of its first run (embedded/compile-ahead.mjs).
if (import.meta.main !== false) {
  await main().catch(fail);
}
