/** What a byte is: part of a record, the end of one, neither, or the end of all. */
type ByteKind = 'TEXT' | 'END' | 'SKIP' | 'STOP';

/** Tells where records end, one byte after the other. */
export type Splitter = (byte: number) => ByteKind;

/** A record as it stands in a file. */
export interface FileRecord {
  readonly bytes: Buffer;
  /** Where the next record begins, counted from the start of the stream. */
  readonly end: number;
}

const [NEWLINE, QUOTE, BACKSLASH, COMMA] = [0x0a, 0x22, 0x5c, 0x2c];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];
/** White space, and the bytes of a byte order mark. */
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** Thrown when a file does not hold what it should. */
export class FileFormatError extends Error {
  override readonly name = 'FileFormatError';
}

/** Lines. */
export function lines(): Splitter {
  return (byte) => (byte === NEWLINE ? 'END' : 'TEXT');
}

/** Rows of CSV: lines, but for line breaks between quotes. */
export function csvRows(): Splitter {
  let isQuoted = false;
  return (byte) => {
    if (byte === QUOTE) {
      isQuoted = !isQuoted;
    }
    return byte === NEWLINE && !isQuoted ? 'END' : 'TEXT';
  };
}

/** The elements of a JSON array. `inside` says that the stream begins behind an earlier element. */
export function jsonElements(inside: boolean): Splitter {
  let depth = inside ? 1 : 0;
  let isText = false;
  let isEscaped = false;
  return (byte) => {
    if (isText) {
      isText = isEscaped || byte !== QUOTE;
      isEscaped = !isEscaped && byte === BACKSLASH;
      return 'TEXT';
    }
    if (depth === 0) {
      if (byte === OPEN_BRACKET) {
        depth = 1;
      } else if (!BLANKS.has(byte)) {
        throw new FileFormatError('The file is no JSON array.');
      }
      return 'SKIP';
    }
    switch (byte) {
      case QUOTE:
        isText = true;
        return 'TEXT';
      case OPEN_BRACKET:
      case OPEN_BRACE:
        depth += 1;
        return 'TEXT';
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        depth -= 1;
        return depth === 0 ? 'STOP' : 'TEXT';
      case COMMA:
        return depth === 1 ? 'END' : 'TEXT';
      default:
        return 'TEXT';
    }
  };
}

/** The records of a stream that are not blank. Only the record at hand is in memory. */
export async function* recordsOf(stream: AsyncIterable<Uint8Array>, split: Splitter): AsyncGenerator<FileRecord> {
  let parts: Uint8Array[] = [];
  let offset = 0;
  for await (const chunk of stream) {
    let begin = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const kind = split(chunk[at] ?? 0);
      if (kind === 'TEXT') {
        continue;
      }
      parts.push(chunk.subarray(begin, at));
      begin = at + 1;
      if (kind === 'SKIP') {
        parts = [];
        continue;
      }
      yield* record(parts, offset + begin);
      parts = [];
      if (kind === 'STOP') {
        return;
      }
    }
    parts.push(chunk.subarray(begin));
    offset += chunk.length;
  }
  yield* record(parts, offset);
}

function* record(parts: readonly Uint8Array[], end: number): Generator<FileRecord> {
  const bytes = Buffer.concat(parts);
  if (!bytes.every((byte) => BLANKS.has(byte))) {
    yield { bytes, end };
  }
}
