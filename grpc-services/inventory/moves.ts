import { randomUUID } from 'node:crypto';
import { TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Clock, isoTime } from '../common/clock.ts';
import { failedCondition, storeError } from '../common/dynamodb-errors.ts';
import { RowConflict, retryOnConflict } from '../common/retry-on-conflict.ts';

/**
 * The schema of the `moves` of an item's own row: notes of moves between its rows that began, and of which nobody knows yet that
 * they ended. A note is the time at which the move began, `#`, and an id. They are a set, because the SDK sends an update again
 * whose reply got lost: a counter would count it twice.
 */
export const moveNotes = z
  .set(z.string())
  .readonly()
  .default(() => new Set<string>());

/** A move's transaction ends, or is given up, long before this. After it, nobody waits for a process that died meanwhile. */
const LONGEST_MOVE_MS = 60_000;

/** Whether pieces of an item may be on the move now. */
export function mayBeMoving({ moves }: { readonly moves: ReadonlySet<string> }, now: number): boolean {
  return [...moves].some((note) => !isOverdue(note, now));
}

/** Also a note of a clock that is far ahead of this one is overdue: it would never be otherwise. */
function isOverdue(note: string, now: number): boolean {
  return !(Math.abs(now - Date.parse(note.split('#')[0] ?? '')) < LONGEST_MOVE_MS);
}

/** Notes of moves at items. */
export interface MoveNotes {
  /**
   * Runs a move with a note of it. A reader may see one row before the move and another one after it, and learns so from the
   * note. Where the move's outcome is not known, or the process ends, the note stays until it is overdue. That costs readers
   * time, but never a wrong answer.
   *
   * @throws RowConflict when `move` does, or another call writes the item
   */
  readonly during: (itemId: string, signal: AbortSignal, move: () => Promise<void>) => Promise<void>;
}

/** The notes in the table of items. */
export function createMoveNotes(documents: DynamoDBDocumentClient, table: string, clock: Clock): MoveNotes {
  return {
    during: async (itemId, signal, move) => {
      const note = `${isoTime(clock())}#${randomUUID()}`;
      const notes = await write(itemId, 'ADD moves :notes', [note], signal);
      const over = [note, ...notes.filter((other) => isOverdue(other, clock()))];
      try {
        await move();
      } catch (error) {
        if (error instanceof RowConflict) {
          await strike(itemId, over);
        }
        throw error;
      }
      await strike(itemId, over);
    },
  };

  /** Goes on though the caller gives up: the move has ended. */
  async function strike(itemId: string, notes: readonly string[]): Promise<void> {
    const { signal } = new AbortController();
    await retryOnConflict(() => write(itemId, 'DELETE moves :notes', notes, signal), signal);
  }

  async function write(
    item_id: string,
    expression: string,
    notes: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const update: UpdateCommandInput = {
      TableName: table,
      Key: { item_id },
      UpdateExpression: expression,
      ConditionExpression: 'attribute_exists(item_id)',
      ExpressionAttributeValues: { ':notes': new Set(notes) },
      ReturnValues: 'UPDATED_NEW',
    };
    try {
      const { Attributes: written } = await documents.send(new UpdateCommand(update), { abortSignal: signal });
      return [...moveNotes.parse(written?.moves)];
    } catch (error) {
      throw error instanceof TransactionConflictException || failedCondition(error) !== undefined
        ? new RowConflict('another call writes the item', { cause: error })
        : storeError(error);
    }
  }
}
