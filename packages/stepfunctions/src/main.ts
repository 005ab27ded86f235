#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { endpointsIn, endpointsOf } from './endpoint-options.ts';
import { JournalLockedError } from './journal/data-lock.ts';
import { JournalVersionError } from './journal/database.ts';
import { explainFileError, JournalFileError } from './journal/journal-file-error.ts';
import { type Durability, OptionError, type StepFunctionsServerOptions } from './options.ts';
import { startStepFunctionsServer } from './server.ts';

const USAGE = `AWS Step Functions on this machine, durable.

resilient-stepfunctions [options]

  --lambda-endpoint URL     where Lambda's Invoke API is, e.g. http://localhost:3002; without it Lambda tasks fail
  --dynamodb-endpoint URL   where DynamoDB is; without it DynamoDB tasks fail
  --endpoint SERVICE=URL    where another service is, e.g. sns=http://localhost:5000; repeatable; AWS_ENDPOINT_URL_SNS does the
                            same. Tasks call it through @aws-sdk/client-SERVICE, which must be installed
  --port N                  port to listen on (8083; 0 for any)
  --host ADDRESS            address to listen on (127.0.0.1)
  --data DIR                folder of the journal (.stepfunctions), or :memory:
  --account ID              account in ARNs (000000000000)
  --region NAME             region in ARNs (us-east-1)
  --concurrency N           Lambda and DynamoDB calls at once (32)
  --busy N                  calls at once that began within the last half second (as --concurrency)
  --busy-in-spike N         as --busy, while starts come faster than they are worked off, for 30 s at most (as --busy)
  --max-queued N            executions with a queued task at which StartExecution answers ThrottlingException (2000)
  --connect-retry SECONDS   how long an endpoint that refuses connections is tried again (20)
  --wait-scale N            part of Waits and retry pauses that passes in fact, for tests, e.g. 0.001 (1)
  --mock-config FILE        MockConfigFile.json of Step Functions Local, for executions started as ARN#TESTCASE
  --events-endpoint URL     where status changes are posted in EventBridge's shape
  --durability KIND         process: commits survive kill -9; power: also a power cut (process)
  --retention-days N        days after which finished executions are dropped (90)
  --retention-count N       finished executions that are kept (1000000)
  --help`;

/** The flags by the option that each of them sets. */
const FLAGS: { readonly [option: string]: string } = {
  lambdaEndpoint: 'lambda-endpoint',
  dynamodbEndpoint: 'dynamodb-endpoint',
  endpoints: 'endpoint',
  maxConcurrentInvokes: 'concurrency',
  maxBusyInvokes: 'busy',
  maxBusyInvokesInSpike: 'busy-in-spike',
  maxQueuedExecutions: 'max-queued',
  connectRetrySeconds: 'connect-retry',
  waitScale: 'wait-scale',
  eventsEndpoint: 'events-endpoint',
  mockConfig: 'mock-config',
  'retention.finishedSeconds': 'retention-days',
  'retention.finishedCount': 'retention-count',
};

const SECONDS_PER_DAY = 86_400;
const STRING = { type: 'string' } as const;

/** Reads the command line; the server checks the values. */
function readOptions(args: readonly string[]): StepFunctionsServerOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'lambda-endpoint': STRING,
      'dynamodb-endpoint': STRING,
      endpoint: { type: 'string', multiple: true, default: [] },
      port: { type: 'string', default: '8083' },
      host: STRING,
      data: { type: 'string', default: '.stepfunctions' },
      account: STRING,
      region: STRING,
      concurrency: STRING,
      busy: STRING,
      'busy-in-spike': STRING,
      'max-queued': STRING,
      'connect-retry': STRING,
      'wait-scale': STRING,
      'events-endpoint': STRING,
      'mock-config': STRING,
      durability: STRING,
      'retention-days': STRING,
      'retention-count': STRING,
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    return 'help';
  }
  const days = numberOf(values['retention-days']);
  return {
    dataDir: values.data,
    retention: defined({
      finishedSeconds: days === undefined ? undefined : days * SECONDS_PER_DAY,
      finishedCount: numberOf(values['retention-count']),
    }),
    ...defined({
      endpoints: { ...endpointsIn(process.env), ...endpointsOf(values.endpoint) },
      lambdaEndpoint: values['lambda-endpoint'],
      dynamodbEndpoint: values['dynamodb-endpoint'],
      port: numberOf(values.port),
      host: values.host,
      account: values.account,
      region: values.region,
      maxConcurrentInvokes: numberOf(values.concurrency),
      maxBusyInvokes: numberOf(values.busy),
      maxBusyInvokesInSpike: numberOf(values['busy-in-spike']),
      maxQueuedExecutions: numberOf(values['max-queued']),
      connectRetrySeconds: numberOf(values['connect-retry']),
      waitScale: numberOf(values['wait-scale']),
      eventsEndpoint: values['events-endpoint'],
      mockConfig: values['mock-config'] ?? process.env.SFN_MOCK_CONFIG,
      durability: values.durability as Durability | undefined,
    }),
  };
}

/** NaN for a text that is no number, the empty one included. */
function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text.trim() || 'none');
}

/** The members that are not undefined. */
function defined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(USAGE);
    return;
  }
  const server = await startStepFunctionsServer(options).catch((error: unknown) => {
    // The recovery reads the whole journal, so that damage shows here that the opening does not meet.
    throw explainFileError(options.dataDir ?? '', error);
  });
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

const KNOWN_PROBLEMS = [JournalVersionError, JournalLockedError, JournalFileError];

/** Prints what a person can act on in one sentence, and everything else with its stack. */
function fail(error: unknown): void {
  const misuse = misuseOf(error);
  const known = error instanceof Error && KNOWN_PROBLEMS.some((problem) => error instanceof problem);
  console.error(misuse === undefined ? (known ? error.message : error) : `${misuse}\n--help lists the options.`);
  process.exitCode = misuse === undefined ? 1 : 2;
}

/** What is wrong with the command line; `undefined` for any other error. */
function misuseOf(error: unknown): string | undefined {
  if (error instanceof OptionError) {
    return `--${FLAGS[error.option] ?? error.option} ${error.problem}`;
  }
  // Thrown by parseArgs.
  return error instanceof TypeError && 'code' in error ? error.message : undefined;
}

// Nothing runs on import, so that the file can be compiled ahead of its first run (embedded/compile-ahead.mjs).
if (import.meta.main !== false) {
  await main().catch(fail);
}
