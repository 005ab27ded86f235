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
});

/**
 * The part of an `AWS::DynamoDB::Table` that a local table has: name, keys and indexes. Backups, encryption, tags and
 * capacity are ignored.
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
 * Creates a table as described, or adds missing indexes to an existing one.
 *
 * @throws ConfigurationError when the existing table has another primary key, which no update can change
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
  const present = new Set(stored.GlobalSecondaryIndexes?.map((index) => index.IndexName));
  for (const index of indexesOf(table)) {
    if (!present.has(index.IndexName)) {
      await client.send(
        new UpdateTableCommand({
          TableName: table.TableName,
          AttributeDefinitions: [...table.AttributeDefinitions],
          GlobalSecondaryIndexUpdates: [{ Create: index }],
        }),
      );
    }
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
