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
  readonly #buffer = Buffer.alloc(CHUNK_BYTES);
  readonly #decoder = new StringDecoder('utf8');
  readonly #timer: NodeJS.Timeout;
  #offset: number;
  #rest = '';

  /** Opens the file and calls back with each line that is appended from now on. */
  constructor(path: string, onLine: (line: string) => void) {
    this.path = path;
    this.#onLine = onLine;
    this.descriptor = openSync(path, 'a+');
    this.#offset = fstatSync(this.descriptor).size;
    this.#timer = setInterval(() => this.catchUp(), POLL_MS);
    this.#timer.unref();
  }

  /** Appends the parent's own output. */
  write(text: string | Uint8Array): void {
    writeSync(this.descriptor, typeof text === 'string' ? Buffer.from(text) : text);
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

  /** The last lines of the file, oldest first. */
  lastLines(count: number): readonly string[] {
    const size = fstatSync(this.descriptor).size;
    const start = Math.max(0, size - CHUNK_BYTES / 8);
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
