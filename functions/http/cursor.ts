import { InvalidRequestError } from '../common/errors.ts';

/** A position in a list as an opaque text, for `next_cursor`. */
export function cursorOf(position: object): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * The position that a caller sent back as `cursor`.
 *
 * @param read undefined where the value is no position of this list
 * @throws InvalidRequestError for a text that is no cursor, or that of another list
 */
export function readCursor<Position>(text: string, read: (value: unknown) => Position | undefined): Position {
  const position = read(parsed(Buffer.from(text, 'base64url').toString()));
  if (position === undefined) {
    throw new InvalidRequestError([
      { path: 'cursor', message: 'must be the next_cursor of an answer to the same query; leave it out to start anew' },
    ]);
  }
  return position;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not a cursor: `read` refuses it.
    return undefined;
  }
}
