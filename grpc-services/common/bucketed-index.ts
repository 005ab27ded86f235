import { createHash } from 'node:crypto';
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { withStoreErrors } from './dynamodb-errors.ts';
import { invalid, orderId } from './request-validation.ts';

/**
 * A sparse index of rows that wait for something, by the time of it. Its rows are spread over several partitions ("buckets"),
 * so that no single partition takes every write.
 */
export interface BucketedIndex {
  readonly table: string;
  readonly name: string;
  /** The attribute with the bucket, from `bucketOf`. */
  readonly bucketAttribute: string;
  /** The attribute with the time, in milliseconds since the epoch. */
  readonly timeAttribute: string;
  readonly buckets: number;
}

/** The bucket of an order. */
export function bucketOf(order: string, buckets: number): string {
  return String((createHash('sha256').update(order).digest()[0] ?? 0) % buckets);
}

/** How far each bucket has been read: the time and the order id of the last row. */
const positions = z.record(z.string().regex(/^\d{1,2}$/), z.tuple([z.int().min(0), orderId]));

/** How far an index has been read. A page token is this in base64url. */
export type IndexPositions = z.output<typeof positions>;

const NOT_A_TOKEN = 'must be a next_page_token of this service';

/** The `page_token` of a request that pages through a `BucketedIndex`. */
export const indexPageToken = z
  .string()
  .max(2_000, NOT_A_TOKEN)
  .transform((token, context): IndexPositions => {
    if (token === '') {
      return {};
    }
    const parsed = positions.safeParse(jsonOf(Buffer.from(token, 'base64url').toString('utf8')));
    if (parsed.success) {
      return parsed.data;
    }
    context.addIssue({ code: 'custom', message: NOT_A_TOKEN });
    return z.NEVER;
  });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Which rows of an index to list. */
export interface IndexQuery {
  /** The latest time that is listed, in milliseconds since the epoch. */
  readonly until: number;
  readonly size: number;
  readonly after: IndexPositions;
}

/** A page of an index, earliest time first. */
export interface IndexPage {
  /** The index is eventually consistent: read each row before you act on it. */
  readonly orderIds: readonly string[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

interface IndexEntry {
  readonly bucket: string;
  readonly time: number;
  readonly order: string;
}

/** Lists the rows of all buckets, merged by their time. */
export async function pageOfIndex(
  documents: DynamoDBDocumentClient,
  index: BucketedIndex,
  query: IndexQuery,
  signal: AbortSignal,
): Promise<IndexPage> {
  if (Object.values(query.after).some(([time]) => time > query.until)) {
    throw invalid('page_token', NOT_A_TOKEN);
  }
  const buckets = Array.from({ length: index.buckets }, (_, bucket) => String(bucket));
  const found = await Promise.all(buckets.map((bucket) => entriesOf(documents, index, bucket, query, signal)));
  const entries = found.flat().sort((left, right) => left.time - right.time);
  const page = entries.slice(0, query.size);
  const reached = Object.fromEntries(page.map(({ bucket, time, order }) => [bucket, [time, order]]));
  const next = JSON.stringify({ ...query.after, ...reached });
  return {
    orderIds: page.map(({ order }) => order),
    nextPageToken: entries.length > query.size ? Buffer.from(next).toString('base64url') : '',
  };
}

async function entriesOf(
  documents: DynamoDBDocumentClient,
  { table, name, bucketAttribute, timeAttribute }: BucketedIndex,
  bucket: string,
  { until, size, after }: IndexQuery,
  signal: AbortSignal,
): Promise<readonly IndexEntry[]> {
  const start = Object.hasOwn(after, bucket) ? after[bucket] : undefined;
  const command = new QueryCommand({
    TableName: table,
    IndexName: name,
    KeyConditionExpression: '#bucket = :bucket AND #time <= :until',
    ExpressionAttributeNames: { '#bucket': bucketAttribute, '#time': timeAttribute },
    ExpressionAttributeValues: { ':bucket': bucket, ':until': until },
    Limit: size + 1,
    ...(start === undefined
      ? {}
      : { ExclusiveStartKey: { order_id: start[1], [bucketAttribute]: bucket, [timeAttribute]: start[0] } }),
  });
  const { Items: keys = [] } = await withStoreErrors(documents.send(command, { abortSignal: signal }));
  return keys.map((key) => ({ bucket, time: Number(key[timeAttribute]), order: String(key.order_id) }));
}
