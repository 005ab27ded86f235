import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { StackUrls } from '../addresses.ts';
import type { DataDirectory } from '../data-directory.ts';
import { trimStreamRecords } from '../dynamodb/stream-records.ts';
import { LocalTemplate } from '../resources/local-template.ts';
import type { Serverless } from '../resources/serverless-service.ts';
import { invokeWithRecords } from './invoke-function.ts';
import { StreamEventSource } from './stream-event-source.ts';

/** The function on the stream of the orders table, by its name in functions.yml. */
const STREAM_FUNCTION = 'publishOrderEvents';

/** The parts of a stack that the stream of the orders table needs. */
export interface OrdersStreamOptions {
  readonly serverless: Serverless;
  readonly urls: StackUrls;
  readonly directory: DataDirectory;
  /** dynoxide's file, of which records that were taken are deleted. Absent where the DynamoDB is not ours. */
  readonly databaseFile: string | undefined;
  readonly warn: (sentence: string) => void;
}

/** Starts to invoke `publishOrderEvents` with the changes of the orders table, as its stream does on AWS. */
export function startOrdersStream({
  serverless,
  urls,
  directory,
  databaseFile,
  warn,
}: OrdersStreamOptions): StreamEventSource {
  const template = LocalTemplate.of(serverless);
  const functionName = serverless.service.functions[STREAM_FUNCTION]?.name;
  if (functionName === undefined) {
    throw new Error(`functions.yml has no function ${STREAM_FUNCTION}.`);
  }
  const tableName = String(template.resolve({ Ref: 'OrdersTable' }, 'the stream of the orders table'));
  const source = new StreamEventSource({
    tables: new DynamoDBClient({ endpoint: urls.dynamodb }),
    streams: new DynamoDBStreamsClient({ endpoint: urls.dynamodb }),
    tableName,
    checkpointFile: directory.ordersCheckpoint,
    invoke: (records) => invokeWithRecords(urls.lambda, functionName, records),
    ...(databaseFile !== undefined && {
      trim: async (sequenceNumber: string): Promise<void> => {
        await trimStreamRecords(databaseFile, { tableName, before: sequenceNumber });
      },
    }),
    warn,
  });
  source.start();
  return source;
}
