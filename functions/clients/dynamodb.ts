import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type AwsOptions, IMPATIENT } from './aws.ts';

/** DynamoDB in plain JavaScript values. Three attempts: every write of ours is conditional, so a repeat is harmless. */
export function createDynamoDb(options: AwsOptions = {}): DynamoDBDocumentClient {
  const client = new DynamoDBClient({ ...options, maxAttempts: 3, requestHandler: IMPATIENT });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
