import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json, JsonObject } from '../language/json.ts';
import { AnsweredError, callAction } from '../testing/call-action.ts';
import { startLambdaStub } from '../testing/lambda-stub.ts';
import { ServerProcess } from '../testing/server-process.ts';
import { startBucket } from './bucket.ts';
import { startEventBus } from './event-bus.ts';
import { functionsOf } from './functions.ts';
import { historyFlaws } from './history-flaws.ts';
import { counted, type Invocations } from './invocations.ts';
import { CHILD, machineOf } from './machines.ts';

/** The size and randomness of a run. */
export interface CrashRun {
  readonly executions: number;
  /** How often the server is killed while executions run. */
  readonly kills: number;
  /** A number between 0 and 1: when the next kill comes. */
  readonly random: () => number;
  /** The server gives nothing up within this time. */
  readonly patienceMs: number;
  readonly report?: (line: string) => void;
}

/** How the executions ended. */
export interface CrashOutcome {
  /** End of each execution by name: status, output, error and cause. */
  readonly ends: { readonly [name: string]: JsonObject };
  /** The flaws of their histories. */
  readonly flaws: readonly string[];
  readonly kills: number;
  readonly invocations: Invocations;
}

const CONCURRENCY = 32;

/** The most calls that one kill can repeat: the calls under way, and as many with an answer on the way. */
export const UNDER_WAY_AT_A_KILL = 2 * CONCURRENCY;

const ROLE = 'arn:aws:iam::000000000000:role/crash-test';
const LONGEST_LIFE_MS = 700;

/** Numbers that JavaScript would change, as each execution takes and answers them. */
export const EXACT = '{"most":9223372036854775807,"one":1.0}';

/** Starts the real server, runs executions while it is killed repeatedly, and reads how each execution ended. */
export async function runWithCrashes(run: CrashRun): Promise<CrashOutcome> {
  const dataDir = await mkdtemp(join(tmpdir(), 'stepfunctions-crash-'));
  const failures: unknown[] = [];
  let server: ServerProcess | undefined;
  const invocations = new Map<string, number>();
  const functions = functionsOf(
    () => server?.url ?? '',
    (error) => failures.push(error),
  );
  const lambda = await startLambdaStub(counted(functions, invocations));
  const bus = await startEventBus(invocations);
  const bucket = await startBucket();
  server = new ServerProcess([
    '--endpoint',
    `events=${bus.url}`,
    '--endpoint',
    `s3=${bucket.url}`,
    '--lambda-endpoint',
    lambda.url,
    '--data',
    dataDir,
    '--concurrency',
    String(CONCURRENCY),
  ]);
  const deadline = Date.now() + run.patienceMs;
  try {
    await server.start();
    const stateMachineArn = await createMachines(server.url);
    const names = Array.from({ length: run.executions }, (_, number) => `execution-${number}`);
    const started = startAll(() => server?.url ?? '', stateMachineArn, names, deadline);
    const kills = await killAgainAndAgain(server, run);
    await started;
    const ends: { [name: string]: JsonObject } = {};
    const flaws: string[] = failures.map(String);
    for (const name of names) {
      const arn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
      ends[name] = await endOf(server.url, arn, deadline);
      flaws.push(...historyFlaws(await historyOf(server.url, arn)).map((flaw) => `${name}: ${flaw}`));
    }
    return { ends, flaws, kills, invocations };
  } finally {
    await server.kill();
    await lambda.close();
    await bus.close();
    await bucket.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function createMachines(url: string): Promise<string> {
  const create = async (name: string, definition: JsonObject): Promise<string> => {
    const answer = await callAction(url, 'CreateStateMachine', {
      name,
      roleArn: ROLE,
      definition: JSON.stringify(definition),
    });
    return String(answer.stateMachineArn);
  };
  return create('crashed', machineOf(await create('child', CHILD)));
}

/** Repeats each start until it is answered. Its name makes it idempotent. */
async function startAll(
  url: () => string,
  stateMachineArn: string,
  names: readonly string[],
  deadline: number,
): Promise<void> {
  for (const [number, name] of names.entries()) {
    await untilAnswered(
      () =>
        callAction(url(), 'StartExecution', { stateMachineArn, name, input: `{"number":${number},"exact":${EXACT}}` }),
      deadline,
    );
    await pause(5);
  }
}

async function killAgainAndAgain(server: ServerProcess, { kills, random, report }: CrashRun): Promise<number> {
  for (let done = 0; done < kills; done += 1) {
    const life = Math.ceil(random() * LONGEST_LIFE_MS);
    await pause(life);
    await server.kill();
    await server.start();
    report?.(`kill ${done + 1} of ${kills}, after ${life} ms`);
  }
  return kills;
}

async function endOf(url: string, executionArn: string, deadline: number): Promise<JsonObject> {
  for (;;) {
    const { status, output, error, cause } = await callAction(url, 'DescribeExecution', { executionArn });
    if (status !== 'RUNNING') {
      return { status: status ?? null, output: output ?? null, error: error ?? null, cause: cause ?? null };
    }
    if (Date.now() > deadline) {
      throw new Error(`${executionArn} still runs`);
    }
    await pause(50);
  }
}

async function historyOf(url: string, executionArn: string): Promise<readonly JsonObject[]> {
  const events: JsonObject[] = [];
  let nextToken: Json | undefined;
  do {
    const page = await callAction(url, 'GetExecutionHistory', {
      executionArn,
      maxResults: 1_000,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    events.push(...(page.events as readonly JsonObject[]));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events;
}

async function untilAnswered(call: () => Promise<JsonObject>, deadline: number): Promise<JsonObject> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof AnsweredError && error.type !== 'ThrottlingException') {
        // The first attempt's answer was lost in a crash and the execution has ended since.
        if (error.type === 'ExecutionAlreadyExists') {
          return {};
        }
        throw error;
      }
      if (Date.now() > deadline) {
        throw error;
      }
      await pause(20);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
