import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateStateMachineCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type StepFunctionsServer, startStepFunctionsServer } from 'resilient-stepfunctions';
import { eventually } from '../../../embedded/eventually.ts';
import { createTables, type DynamoDb, dynamoDbClient, startDynamoDb } from '../../../tests/support/dynamodb.ts';
import { type AwsConnection, awsConnectionFrom, clientSettings, orderSagaArn } from './aws-connection.ts';
import { SnapshotReader } from './snapshot-reader.ts';

const run = promisify(execFile);

/** One more than fit on a page of ListExecutions. */
const EXECUTIONS = 1_001;

let database: DynamoDb;
let engine: StepFunctionsServer;
let connection: AwsConnection;
let reader: SnapshotReader;

beforeAll(async () => {
  database = await startDynamoDb();
  engine = await startStepFunctionsServer({ dataDir: ':memory:', port: 0, dynamodbEndpoint: database.endpoint });
  connection = { endpoint: engine.url, region: 'us-east-1', stage: 'test', account: '000000000000' };
  reader = new SnapshotReader(connection);
  await createTables(
    database.endpoint,
    ['orders-test', 'inventory-reservations-test', 'payments-test', 'inventory-items-test'].map((TableName) => {
      const key = TableName === 'inventory-items-test' ? 'item_id' : 'order_id';
      return {
        TableName,
        KeySchema: [{ AttributeName: key, KeyType: 'HASH' as const }],
        AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' as const }],
        BillingMode: 'PAY_PER_REQUEST' as const,
      };
    }),
  );
  const tables = DynamoDBDocumentClient.from(dynamoDbClient(database.endpoint));
  const rows: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['orders-test', { order_id: 'a', status: 'PENDING', lines: [], created_at: '', timeline: [] }],
    ['inventory-reservations-test', { order_id: 'a', state: 'HELD' }],
    ['inventory-reservations-test', { order_id: 'restock#1', item_id: 'wide', count: 5, name: '' }],
    ['inventory-reservations-test', { order_id: 'correction#1', item_id: 'i', available: 1, previous_available: 3 }],
    ['inventory-reservations-test', { order_id: 'other#1', what: 'bookkeeping' }],
    ['inventory-items-test', { item_id: 'i', stocked: 1, available: 1, held: 0, sold: 0 }],
    ['inventory-items-test', { item_id: 'wide', stocked: 5, available: 3, held: 0, sold: 2, shards: 2, seeded: 4 }],
    ['inventory-items-test', { item_id: 'wide#1', stocked: 4, available: 3, held: 1, sold: 0 }],
    ['payments-test', { order_id: 'a', state: 'AUTHORIZED' }],
    ['payments-test', { order_id: 'charge#a#p', state: 'AUTHORIZED', amount_minor: 5, currency: 'USD' }],
  ];
  for (const [TableName, Item] of rows) {
    await tables.send(new PutCommand({ TableName, Item }));
  }
  tables.destroy();
  await runExecutions();
}, 60_000);

afterAll(async () => {
  reader?.close();
  await engine?.close();
  await database?.close();
});

/** Executions of a saga that succeeds, but for one that fails and one that goes on. */
async function runExecutions(): Promise<void> {
  const client = new SFNClient(clientSettings(connection));
  const choice = (Variable: string, Next: string) => ({ Variable: '$.kind', StringEquals: Variable, Next });
  const definition = {
    StartAt: 'Kind',
    States: {
      Kind: { Type: 'Choice', Choices: [choice('fail', 'Fail'), choice('wait', 'Wait')], Default: 'Succeed' },
      Fail: { Type: 'Fail', Error: 'NeedsAttentionError' },
      Wait: { Type: 'Wait', Seconds: 3_600, Next: 'Succeed' },
      Succeed: { Type: 'Succeed' },
    },
  };
  await client.send(
    new CreateStateMachineCommand({
      name: 'order-saga-test',
      definition: JSON.stringify(definition),
      roleArn: 'arn:aws:iam::000000000000:role/saga',
    }),
  );
  const kinds = ['fail', 'wait', ...Array<string>(EXECUTIONS - 2).fill('succeed')];
  const waiting = kinds.entries();
  const startWaiting = async (): Promise<void> => {
    for (const [index, kind] of waiting) {
      const name = index < 2 ? kind : `order-${index}`;
      const input = JSON.stringify({ kind });
      await client.send(new StartExecutionCommand({ stateMachineArn: orderSagaArn(connection), name, input }));
    }
  };
  await Promise.all(Array.from({ length: 20 }, startWaiting));
  client.destroy();
  const isDone = async () => (await reader.executionsIn('RUNNING')).length === 1;
  await eventually(isDone, { withinMs: 30_000, pollMs: 50, what: 'all executions but one have ended' });
}

describe('a snapshot', () => {
  test('has the executions of every page, and tells whether a failed one can be redriven', async () => {
    const { executions } = await reader.read([]);
    expect(executions).toHaveLength(EXECUTIONS);
    expect(executions).toContainEqual({ order_id: 'fail', status: 'FAILED', redrivable: true });
    expect(executions).toContainEqual({ order_id: 'wait', status: 'RUNNING' });
    expect(executions).toContainEqual({ order_id: 'order-2', status: 'SUCCEEDED' });
  });

  test('has the rows of every table, without bookkeeping, and the answers that it was given', async () => {
    const answers = [{ kind: 'order-accepted', order_id: 'a' }] as const;
    const before = Date.now();
    const { executions: _executions, taken_at, items, stock_changes, ...tables } = await reader.read(answers);
    expect(Date.parse(taken_at)).toBeGreaterThanOrEqual(before);
    expect(tables).toEqual({
      orders: [{ order_id: 'a', status: 'PENDING', lines: [], created_at: '', timeline: [] }],
      reservations: [{ order_id: 'a', state: 'HELD', lines: [] }],
      payments: [{ order_id: 'a', state: 'AUTHORIZED' }],
      charges: [expect.objectContaining({ order_id: 'a', charge_id: 'charge#a#p', captures: 0 })],
      answers,
    });
    expect(stock_changes).toHaveLength(2);
    expect(stock_changes).toContainEqual({ item_id: 'wide', change: 5 });
    expect(stock_changes).toContainEqual({ item_id: 'i', change: -2 });
    expect(items).toHaveLength(2);
    expect(items).toContainEqual({ item_id: 'i', stocked: 1, available: 1, held: 0, sold: 0 });
    expect(items).toContainEqual(
      expect.objectContaining({ item_id: 'wide', stocked: 9, available: 6, held: 1, sold: 2, seeded: 4 }),
    );
  });
});

test('the orders are counted, and the items read, without the other tables', async () => {
  expect(await reader.orderCount()).toBe(1);
  const items = await reader.items();
  expect(items.map(({ item_id }) => item_id)).toContain('i');
  expect(items).toEqual((await reader.read([])).items);
});

test('npm run invariants prints what it found, what it could not check, and over how many orders', async () => {
  const main = fileURLToPath(new URL('../live/main.ts', import.meta.url));
  const environment = { ...process.env, AWS_ENDPOINT_URL: connection.endpoint, STAGE: connection.stage };
  const { stdout, code } = await run(process.execPath, [main], { env: environment }).then(
    (printed) => ({ ...printed, code: 0 }),
    (failed: { readonly stdout: string; readonly code: number }) => failed,
  );
  expect(code).toBe(1);
  const lines = stdout.trim().split('\n');
  expect(lines).toContain('holds        never more given back than was taken');
  expect(lines).toContain('not checked  no answer taken back');
  expect(lines).toContain('FOUND        the record of an order fits its status');
  expect(lines).toContain('               order a: its timeline is empty');
  expect(lines.at(-1)).toBe('1 orders, 2 on their way');
}, 60_000);

test('only the executions with a status are listed where one is asked for', async () => {
  expect(await reader.executionsIn('FAILED')).toEqual(['fail']);
  expect(await reader.executionsIn('RUNNING')).toEqual(['wait']);
});

describe('the connection', () => {
  test('is that of the embedded stack where the environment says nothing', () => {
    const local = awsConnectionFrom({});
    expect(local).toEqual({
      endpoint: 'http://127.0.0.1:4566',
      region: 'us-east-1',
      stage: 'dev',
      account: '000000000000',
    });
    expect(clientSettings(local)).toMatchObject({ endpoint: 'http://127.0.0.1:4566', region: 'us-east-1' });
    expect(orderSagaArn(local)).toBe('arn:aws:states:us-east-1:000000000000:stateMachine:order-saga-dev');
  });

  test('is what the environment says', () => {
    expect(awsConnectionFrom({ AWS_ENDPOINT_PORT: '4599' }).endpoint).toBe('http://127.0.0.1:4599');
    const environment = {
      AWS_ENDPOINT_URL: 'http://localstack:4566',
      AWS_REGION: 'eu-west-1',
      STAGE: 'prod',
      AWS_ACCOUNT_ID: '123456789012',
    };
    expect(awsConnectionFrom(environment)).toEqual({
      endpoint: 'http://localstack:4566',
      region: 'eu-west-1',
      stage: 'prod',
      account: '123456789012',
    });
  });

  test('to AWS itself brings no credentials of its own', () => {
    const aws = { region: 'eu-west-1', stage: 'prod', account: '123456789012' };
    expect(clientSettings(aws)).toEqual({ region: 'eu-west-1' });
  });
});
