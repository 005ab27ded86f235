import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import * as z from 'zod';

/** dynoxide's own writes last milliseconds. */
const BUSY_TIMEOUT_MS = 2_000;

// The conditions are those of the index that `indexStreamRecords` makes.
const NEXT_RECORDS = `SELECT event_name, keys_json, new_image, old_image, sequence_number, created_at FROM _stream_records
  WHERE table_name = ? AND shard_id = ? AND CAST(sequence_number AS INTEGER) > CAST(? AS INTEGER)
  ORDER BY CAST(sequence_number AS INTEGER) LIMIT ?`;

const rowSchema = z.object({
  event_name: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  keys_json: z.string(),
  new_image: z.string().nullable(),
  old_image: z.string().nullable(),
  sequence_number: z.string(),
  /** In seconds. */
  created_at: z.number(),
});

/** Where the records of a stream are read from. */
export interface StreamPosition {
  readonly tableName: string;
  readonly shardId: string;
  /** The sequence number behind which they are read; undefined: from the oldest one. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** Reads the records of streams from dynoxide's file. */
export interface StreamReader {
  /** The next records, oldest first, with the images as DynamoDB's JSON writes them. */
  readonly read: (position: StreamPosition) => readonly StreamRecord[];
  readonly close: () => void;
}

/**
 * Opens dynoxide's file for reading while dynoxide runs. A GetRecords of 50 changes costs dynoxide and its caller more than ten
 * times as much.
 *
 * @throws where this Node has no `node:sqlite`, or the file is not what dynoxide 1.2 writes; GetRecords works without
 */
export async function openStreamReader(databaseFile: string): Promise<StreamReader> {
  // Imported late: Node 20 and older 22s lack it.
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(databaseFile, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    const statement = database.prepare(NEXT_RECORDS);
    return {
      read: ({ tableName, shardId, after = '0', limit }) =>
        statement.all(tableName, shardId, after, limit).map((row) => recordOf(rowSchema.parse(row))),
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function recordOf(row: z.output<typeof rowSchema>): StreamRecord {
  return {
    eventID: row.sequence_number,
    eventName: row.event_name,
    dynamodb: {
      ApproximateCreationDateTime: new Date(row.created_at * 1_000),
      Keys: parsed(row.keys_json),
      ...(row.new_image !== null && { NewImage: parsed(row.new_image) }),
      ...(row.old_image !== null && { OldImage: parsed(row.old_image) }),
      SequenceNumber: row.sequence_number,
    },
  };
}

type Image = NonNullable<NonNullable<StreamRecord['dynamodb']>['NewImage']>;

function parsed(image: string): Image {
  return JSON.parse(image) as Image;
}
