import { LogFile } from './supervisor/log-file.ts';
import { noteworthy } from './supervisor/log-line.ts';

/** At most this many lines of one log are shown within a window. */
const MAX_LINES = 8;
const WINDOW_MS = 2_000;

/** Output for the person who started the stack. Logs go to files; only their noteworthy lines are shown here. */
export class Terminal {
  readonly #write: (text: string) => void;
  readonly #verbose: boolean;

  /**
   * @param write shows text
   * @param verbose shows every log line, not just warnings and errors
   */
  constructor(write: (text: string) => void, verbose: boolean) {
    this.#write = write;
    this.#verbose = verbose;
  }

  /** Shows one message. */
  say(text: string): void {
    this.#write(`${text}\n`);
  }

  /** Opens a log file whose noteworthy lines are shown. A flood of lines is cut short with a pointer to the file. */
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
      if (this.#verbose || shown <= MAX_LINES) {
        this.say(`[${name}] ${text}`);
      } else if (shown === MAX_LINES + 1) {
        this.say(`[${name}] more of these in ${path}`);
      }
    });
  }
}

/** The terminal, and the log into which a process's own output goes. */
export interface RedirectedOutput {
  readonly terminal: Terminal;
  readonly log: LogFile;
}

/**
 * Redirects this process's standard output and error into a log file: the framework's own lines and the functions' logs.
 *
 * @returns a terminal that still writes to the real standard output
 */
export function redirectOutput(logPath: string, name: string, verbose: boolean): RedirectedOutput {
  const write = process.stdout.write.bind(process.stdout);
  const terminal = new Terminal((text) => void write(text), verbose);
  const log = terminal.openLog(logPath, name);
  const redirect = (text: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    log.write(text);
    const done = rest.at(-1);
    if (typeof done === 'function') {
      process.nextTick(() => done());
    }
    return true;
  };
  process.stdout.write = redirect;
  process.stderr.write = redirect;
  // The last lines before the exit must be shown as well.
  process.once('exit', () => log.catchUp());
  return { terminal, log };
}
