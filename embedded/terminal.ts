import { LogFile } from './supervisor/log-file.ts';
import { noteworthy } from './supervisor/log-line.ts';

const MOST_LINES = 8;
const WINDOW_MS = 2_000;

/** Where the stack talks to the person who started it. Logs go to files; of them only what is noteworthy comes here. */
export class Terminal {
  readonly #write: (text: string) => void;
  readonly #verbose: boolean;

  /**
   * @param write puts text in front of the person
   * @param verbose shows every log line, not just warnings and errors
   */
  constructor(write: (text: string) => void, verbose: boolean) {
    this.#write = write;
    this.#verbose = verbose;
  }

  say(text: string): void {
    this.#write(`${text}\n`);
  }

  /** Opens a log file whose noteworthy lines are shown; a flood of them is cut short, with a word where the rest is. */
  openLog(path: string, name: string): LogFile {
    let shown = 0;
    let windowStart = 0;
    return new LogFile(path, (line) => {
      const text = this.#verbose ? line : noteworthy(line);
      if (text === undefined || text === '') {
        return;
      }
      const now = performance.now();
      if (now - windowStart > WINDOW_MS) {
        windowStart = now;
        shown = 0;
      }
      shown += 1;
      if (this.#verbose || shown <= MOST_LINES) {
        this.say(`[${name}] ${text}`);
      } else if (shown === MOST_LINES + 1) {
        this.say(`[${name}] more of these in ${path}`);
      }
    });
  }
}

/**
 * Sends this process's standard output and error into a log file from now on: the framework's own lines and the
 * functions' logs. Answers a terminal that still writes to the standard output.
 */
export function redirectOutput(logPath: string, name: string, verbose: boolean): { terminal: Terminal; log: LogFile } {
  const write = process.stdout.write.bind(process.stdout);
  const terminal = new Terminal((text) => void write(text), verbose);
  const log = terminal.openLog(logPath, name);
  const divert = (text: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    log.write(text);
    const done = rest.at(-1);
    if (typeof done === 'function') {
      process.nextTick(() => done());
    }
    return true;
  };
  process.stdout.write = divert;
  process.stderr.write = divert;
  // What was written in the last moment before the end must be seen as well.
  process.once('exit', () => log.catchUp());
  return { terminal, log };
}
