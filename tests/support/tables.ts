import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** A table as CreateTable takes it. */
export type TableDefinition = CreateTableCommandInput;

/** A client of a test's own DynamoDB; end it with `destroy()`. */
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
