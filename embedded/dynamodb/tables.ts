import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
  ResourceInUseException,
  ResourceNotFoundException,
  type TableDescription as StoredTable,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { ConfigurationError } from '../configuration.ts';

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) })).min(1);

const projectionSchema = z.object({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(z.string()).optional(),
});

const indexSchema = z.object({ IndexName: z.string(), KeySchema: keySchema, Projection: projectionSchema });

const tableSchema = z.object({
  TableName: z.string(),
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })).min(1),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.array(indexSchema).optional(),
  LocalSecondaryIndexes: z.array(indexSchema).optional(),
  StreamSpecification: z
    .object({ StreamViewType: z.enum(['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES']) })
    .optional(),
});

/**
 * The part of an `AWS::DynamoDB::Table` that a local table has: name, keys, indexes and stream. Backups, encryption, tags
 * and capacity are ignored.
 */
export type TableDescription = Readonly<z.infer<typeof tableSchema>>;

/**
 * Reads the resolved `Properties` of an `AWS::DynamoDB::Table`.
 *
 * @throws Error naming the resource and the property that is missing or of the wrong shape
 */
export function readTableDescription(logicalId: string, properties: unknown): TableDescription {
  const parsed = tableSchema.safeParse(properties);
  if (!parsed.success) {
    throw new Error(`Resource ${logicalId} cannot be made a table: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}

/**
 * Creates a table as described. An existing table, such as one of an older version, gets the indexes and the stream that it
 * lacks. Resolves once the table and its indexes are ACTIVE.
 *
 * @throws ConfigurationError when the existing table has another primary key, which no update can change
 * @throws Error when the table is not ACTIVE within a minute after a change
 */
export async function ensureTable(client: DynamoDBClient, table: TableDescription): Promise<void> {
  const stored = await describe(client, table.TableName);
  if (stored === undefined) {
    await create(client, table);
    return;
  }
  if (!sameKeys(stored.KeySchema, table.KeySchema)) {
    throw new ConfigurationError(
      `Table ${table.TableName} is stored with another primary key than serverless.yml describes. ` +
        'Start without the old data: npm start -- --fresh',
    );
  }
  let current = stored;
  for (const index of missingIndexes(stored, table)) {
    // DynamoDB adds one index at a time, and no index to a table that is changing.
    await client.send(new UpdateTableCommand({ TableName: table.TableName, ...additionOf(index, table, current) }));
    current = await untilActive(client, table.TableName);
  }
  if (table.StreamSpecification !== undefined && current.StreamSpecification?.StreamEnabled !== true) {
    await client.send(new UpdateTableCommand({ TableName: table.TableName, ...streamOf(table) }));
    await untilActive(client, table.TableName);
  }
}

function missingIndexes(stored: StoredTable, table: TableDescription): readonly GlobalSecondaryIndex[] {
  const present = new Set(stored.GlobalSecondaryIndexes?.map((index) => index.IndexName));
  return indexesOf(table).filter(({ IndexName }) => !present.has(IndexName));
}

/** The update that adds an index. DynamoDB refuses definitions of attributes that are no key of the table or an index. */
function additionOf(index: GlobalSecondaryIndex, table: TableDescription, stored: StoredTable) {
  const keys = new Set(
    [stored.KeySchema, index.KeySchema, ...(stored.GlobalSecondaryIndexes ?? []).map(({ KeySchema }) => KeySchema)]
      .flatMap((schema) => schema ?? [])
      .map(({ AttributeName }) => AttributeName),
  );
  return {
    AttributeDefinitions: table.AttributeDefinitions.filter(({ AttributeName }) => keys.has(AttributeName)),
    GlobalSecondaryIndexUpdates: [{ Create: index }],
  };
}

function streamOf({ StreamSpecification }: TableDescription) {
  return StreamSpecification === undefined
    ? {}
    : { StreamSpecification: { StreamEnabled: true, StreamViewType: StreamSpecification.StreamViewType } };
}

const ACTIVE_WITHIN_MS = 60_000;
const ACTIVE_POLL_MS = 200;

async function untilActive(client: DynamoDBClient, name: string): Promise<StoredTable> {
  const deadline = Date.now() + ACTIVE_WITHIN_MS;
  for (;;) {
    const stored = await describe(client, name);
    const states = [stored?.TableStatus, ...(stored?.GlobalSecondaryIndexes ?? []).map((index) => index.IndexStatus)];
    // Some local DynamoDBs report no status of an index.
    if (stored !== undefined && states.every((state) => state === undefined || state === 'ACTIVE')) {
      return stored;
    }
    if (Date.now() >= deadline) {
      throw new Error(`Table ${name} is not ACTIVE ${ACTIVE_WITHIN_MS / 1_000} s after a change: ${states.join(', ')}`);
    }
    await sleep(ACTIVE_POLL_MS);
  }
}

async function describe(client: DynamoDBClient, name: string): Promise<StoredTable | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      return undefined;
    }
    throw error;
  }
}

async function create(client: DynamoDBClient, table: TableDescription): Promise<void> {
  const globalIndexes = indexesOf(table);
  const input: CreateTableCommandInput = {
    TableName: table.TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...table.AttributeDefinitions],
    KeySchema: [...table.KeySchema],
    ...(globalIndexes.length > 0 && { GlobalSecondaryIndexes: globalIndexes }),
    ...(table.LocalSecondaryIndexes !== undefined && {
      LocalSecondaryIndexes: table.LocalSecondaryIndexes.map(indexInput),
    }),
    ...streamOf(table),
  };
  try {
    await client.send(new CreateTableCommand(input));
  } catch (error) {
    // Another start has just created the same table.
    if (!(error instanceof ResourceInUseException)) {
      throw error;
    }
  }
}

function indexesOf(table: TableDescription): GlobalSecondaryIndex[] {
  return (table.GlobalSecondaryIndexes ?? []).map(indexInput);
}

function indexInput(index: NonNullable<TableDescription['GlobalSecondaryIndexes']>[number]): GlobalSecondaryIndex {
  const { ProjectionType, NonKeyAttributes } = index.Projection;
  return {
    IndexName: index.IndexName,
    KeySchema: [...index.KeySchema],
    Projection: { ProjectionType, ...(NonKeyAttributes !== undefined && { NonKeyAttributes: [...NonKeyAttributes] }) },
  };
}

function sameKeys(stored: readonly KeySchemaElement[] | undefined, wanted: readonly KeySchemaElement[]): boolean {
  const text = (keys: readonly KeySchemaElement[]): string =>
    keys
      .map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName}`)
      .sort()
      .join(', ');
  return text(stored ?? []) === text(wanted);
}
