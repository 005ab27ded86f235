import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

const checkpointSchema = z.object({ streamArn: z.string(), shardId: z.string(), sequenceNumber: z.string() });

/** The last record that the function has taken. */
export type Checkpoint = z.output<typeof checkpointSchema>;

/** The checkpoint in a file. Undefined where there is none, or only one of another stream. */
export function readCheckpoint(
  file: string,
  streamArn: string,
  warn: (sentence: string) => void,
): Checkpoint | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  try {
    const checkpoint = checkpointSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return checkpoint.streamArn === streamArn ? checkpoint : undefined;
  } catch {
    warn(`${file} cannot be read; the stream is read from its beginning.`);
    return undefined;
  }
}

/** By a rename, so that a kill never leaves half a checkpoint. */
export function writeCheckpoint(file: string, checkpoint: Checkpoint): void {
  writeFileSync(`${file}.new`, JSON.stringify(checkpoint));
  renameSync(`${file}.new`, file);
}
