import { type ChildProcess, spawn } from 'node:child_process';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll } from '@jest/globals';
import { findDynoxide } from '../../embedded/dynamodb/dynoxide.ts';
import { findFreePort } from '../../embedded/ports.ts';

/** A DynamoDB for one test, on a port of its own. */
export interface DynamoDb {
  /** For AWS_ENDPOINT_URL, such as `http://127.0.0.1:40123`. */
  readonly endpoint: string;
  /** Deletes what it holds, and leaves the process to the next test of the file; with a file, ends the process. */
  readonly close: () => Promise<void>;
}

/** Options of a test's DynamoDB. */
export interface DynamoDbOptions {
  /** SQLite file that keeps the data over restarts; in memory if absent. */
  readonly databaseFile?: string;
}

/** Another process may take a free port before dynoxide listens on it; then another port is tried. */
const PORT_ATTEMPTS = 20;

/** A running dynoxide. */
interface Server {
  readonly endpoint: string;
  /** Resolves once the process is gone. */
  readonly end: () => Promise<void>;
}

/** Empty servers for the next tests of this file: a start takes more CPU than most tests. */
const idle: Server[] = [];
let fileEnded = false;

afterAll(async () => {
  fileEnded = true;
  await Promise.all(idle.splice(0).map(({ end }) => end()));
});

/**
 * Gives a test a real dynoxide without tables, on a port of 127.0.0.1. A file's tests share processes, one after the other.
 *
 * @throws {Error} dynoxide is not installed, or did not start
 */
export async function startDynamoDb(options: DynamoDbOptions = {}): Promise<DynamoDb> {
  if (options.databaseFile !== undefined) {
    const { endpoint, end } = await startServer(options);
    return { endpoint, close: end };
  }
  const server = idle.pop() ?? (await startServer(options));
  return { endpoint: server.endpoint, close: () => handBack(server) };
}

async function handBack(server: Server): Promise<void> {
  // A file may close its databases after the hook above has ended the idle ones.
  if (fileEnded) {
    await server.end();
    return;
  }
  try {
    await deleteTables(server.endpoint);
  } catch (error) {
    // No other test may meet what is left in it.
    await server.end();
    throw error;
  }
  idle.push(server);
}

async function startServer(options: DynamoDbOptions): Promise<Server> {
  const binary = dynoxideForTests();
  const refusals: string[] = [];
  for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt++) {
    const port = await findFreePort();
    const started = await launch(binary, port, options);
    if (started.kind === 'listening') {
      return running(started.process, port);
    }
    refusals.push(started.output);
    if (!started.output.includes('already in use')) {
      break;
    }
  }
  throw new Error(`dynoxide did not start: ${refusals.at(-1) ?? 'no output'}`);
}

function dynoxideForTests(): string {
  try {
    return findDynoxide();
  } catch (cause) {
    throw new Error(
      'These tests need dynoxide. Run `npm install`; where npm has no dynoxide for this platform, run the tests on Linux x64 ' +
        '(a container will do).',
      { cause },
    );
  }
}

type Launch =
  | { readonly kind: 'listening'; readonly process: ChildProcess }
  | { readonly kind: 'ended'; readonly output: string };

function launch(binary: string, port: number, { databaseFile }: DynamoDbOptions): Promise<Launch> {
  const storage = databaseFile === undefined ? [] : ['--db-path', databaseFile];
  const child = spawn(binary, ['--host', '127.0.0.1', '--port', String(port), ...storage], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes('listening on')) {
        resolve({ kind: 'listening', process: child });
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', () => resolve({ kind: 'ended', output }));
  });
}

function running(child: ChildProcess, port: number): Server {
  const killWithTest = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', killWithTest);
  const gone = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
    } else {
      child.once('exit', () => resolve());
    }
  });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    end: async () => {
      process.removeListener('exit', killWithTest);
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** A table as CreateTable takes it. */
export type TableDefinition = CreateTableCommandInput;

/** Creates a client of a test's DynamoDB; end it with `destroy()`. */
export function dynamoDbClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}

/** Creates tables in a test's own DynamoDB. */
export async function createTables(endpoint: string, tables: readonly TableDefinition[]): Promise<void> {
  const client = dynamoDbClient(endpoint);
  try {
    for (const table of tables) {
      await client.send(new CreateTableCommand(table));
    }
  } finally {
    client.destroy();
  }
}

async function deleteTables(endpoint: string): Promise<void> {
  const client = dynamoDbClient(endpoint);
  try {
    const { TableNames: names = [] } = await client.send(new ListTablesCommand({}));
    for (const name of names) {
      await client.send(new DeleteTableCommand({ TableName: name }));
    }
  } finally {
    client.destroy();
  }
}
