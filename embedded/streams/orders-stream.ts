import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { StackUrls } from '../addresses.ts';
import type { DataDirectory } from '../data-directory.ts';
import { openStreamReader, type StreamReader } from '../dynamodb/stream-reader.ts';
import { trimStreamRecords } from '../dynamodb/stream-records.ts';
import { LocalTemplate } from '../resources/local-template.ts';
import type { Serverless } from '../resources/serverless-service.ts';
import { invokeWithRecords, lambdaConnections } from './invoke-function.ts';
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

/** The running stream. */
export interface OrdersStream {
  /** Stops after the batch under way. */
  readonly close: () => Promise<void>;
}

/** Starts to invoke `publishOrderEvents` with the changes of the orders table, as its stream does on AWS. */
export async function startOrdersStream({
  serverless,
  urls,
  directory,
  databaseFile,
  warn,
}: OrdersStreamOptions): Promise<OrdersStream> {
  const template = LocalTemplate.of(serverless);
  const functionName = serverless.service.functions[STREAM_FUNCTION]?.name;
  if (functionName === undefined) {
    throw new Error(`functions.yml has no function ${STREAM_FUNCTION}.`);
  }
  const tableName = String(template.resolve({ Ref: 'OrdersTable' }, 'the stream of the orders table'));
  const reader = databaseFile === undefined ? undefined : await readerOf(databaseFile, warn);
  const lambda = lambdaConnections(urls.lambda);
  const source = new StreamEventSource({
    tables: new DynamoDBClient({ endpoint: urls.dynamodb }),
    streams: new DynamoDBStreamsClient({ endpoint: urls.dynamodb }),
    tableName,
    checkpointFile: directory.ordersCheckpoint,
    invoke: (records) => invokeWithRecords(lambda, functionName, records),
    ...(reader !== undefined && { reader }),
    ...(databaseFile !== undefined && {
      trim: async (sequenceNumber: string): Promise<void> => {
        await trimStreamRecords(databaseFile, { tableName, before: sequenceNumber });
      },
    }),
    warn,
  });
  source.start();
  return {
    close: async () => {
      await source.close();
      lambda.destroy();
      reader?.close();
    },
  };
}

async function readerOf(databaseFile: string, warn: OrdersStreamOptions['warn']): Promise<StreamReader | undefined> {
  try {
    return await openStreamReader(databaseFile);
  } catch (error) {
    warn(`The changes of orders are read more slowly: dynoxide's file cannot be read (${String(error)}).`);
    return undefined;
  }
}
