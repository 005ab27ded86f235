import { closeSync, copyFileSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const MAX_BYTES = 8 * 1024 * 1024;
const POLL_MS = 300;
const CHUNK_BYTES = 256 * 1024;

/**
 * A log file to which a child writes directly, so that a stalled or dead parent never blocks the child. The parent tails the
 * file for noteworthy lines and rotates it: a full file is copied to `<file>.1` and truncated. Lines written between the
 * copy and the truncation are lost.
 */
export class LogFile {
  readonly path: string;
  /** For a child's standard output and error. Opened for appending. */
  readonly descriptor: number;
  readonly #onLine: (line: string) => void;
  readonly #onWriteFailure: (error: unknown) => void;
  readonly #buffer = Buffer.alloc(CHUNK_BYTES);
  readonly #decoder = new StringDecoder('utf8');
  readonly #timer: NodeJS.Timeout;
  #offset: number;
  #rest = '';

  /**
   * Opens the file and calls back with each line that is appended from now on.
   *
   * @param onWriteFailure called with each failure of `write`, which itself never throws
   */
  constructor(
    path: string,
    onLine: (line: string) => void,
    onWriteFailure: (error: unknown) => void = () => undefined,
  ) {
    this.path = path;
    this.#onLine = onLine;
    this.#onWriteFailure = onWriteFailure;
    this.descriptor = openSync(path, 'a+');
    this.#offset = this.size;
    this.#timer = setInterval(() => this.catchUp(), POLL_MS);
    this.#timer.unref();
  }

  /** Appends the parent's own output. What a full disk does not take is lost: nobody who logs a line can do better. */
  write(text: string | Uint8Array): void {
    try {
      writeSync(this.descriptor, typeof text === 'string' ? Buffer.from(text) : text);
    } catch (error) {
      this.#onWriteFailure(error);
    }
  }

  /** How much the file holds, in bytes. */
  get size(): number {
    return fstatSync(this.descriptor).size;
  }

  /** Reads what was appended since the last call, and rotates a full file. */
  catchUp(): void {
    for (;;) {
      const bytes = readSync(this.descriptor, this.#buffer, 0, CHUNK_BYTES, this.#offset);
      if (bytes === 0) {
        break;
      }
      this.#offset += bytes;
      const lines = (this.#rest + this.#decoder.write(this.#buffer.subarray(0, bytes))).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) {
        this.#onLine(line);
      }
    }
    if (this.#offset > MAX_BYTES) {
      this.#rotate();
    }
  }

  /** When the copy fails, as on a full disk, the old lines are lost: the file stays bounded and the parent lives on. */
  #rotate(): void {
    try {
      copyFileSync(this.path, `${this.path}.1`);
    } catch (error) {
      this.#onLine(`Error: the full log ${this.path} could not be copied: ${String(error)}`);
    }
    ftruncateSync(this.descriptor, 0);
    this.#offset = 0;
  }

  /**
   * The last lines of the file, oldest first.
   *
   * @param since the size from which on lines count, so that a tail shows nothing of an earlier run
   */
  lastLines(count: number, since = 0): readonly string[] {
    const { size } = this;
    // A rotation has begun the file anew.
    const start = Math.max(since <= size ? since : 0, size - CHUNK_BYTES / 8);
    const tail = Buffer.alloc(size - start);
    readSync(this.descriptor, tail, 0, tail.length, start);
    return tail.toString('utf8').trimEnd().split('\n').slice(-count);
  }

  /** Reads the rest and closes the file. */
  close(): void {
    clearInterval(this.#timer);
    this.catchUp();
    closeSync(this.descriptor);
  }
}
