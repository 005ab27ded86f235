import { dirname } from 'node:path';
import { diskMend, diskReason, saysDiskIsFull } from './disk-problems.ts';
import { describeEvent, eventLine, type StackEvent } from './stack-events.ts';
import { outliveClosedOutput, redirectStandardOutput } from './standard-output.ts';
import { LogFile } from './supervisor/log-file.ts';
import { noteworthy } from './supervisor/log-line.ts';

/** At most this many lines of one log are shown within a window. */
const MAX_LINES = 8;
const WINDOW_MS = 2_000;

/** A full disk is told of once, and once more when it shows again after this time without a sign of it. */
const NEW_OUTAGE_AFTER_MS = 60_000;

/** How a terminal shows events. */
export interface TerminalOptions {
  /** Shows every log line, not just warnings and errors. */
  readonly verbose: boolean;
  /** Shows each event as one line of JSON, for programs. */
  readonly json: boolean;
}

/** Output for whoever started the stack. Logs go to files; only their noteworthy lines are shown here. */
export class Terminal {
  readonly #write: (text: string) => void;
  readonly #options: TerminalOptions;
  #diskFailedAt: number | undefined;

  /** @param write shows text; must not throw */
  constructor(write: (text: string) => void, options: TerminalOptions) {
    this.#write = write;
    this.#options = options;
  }

  /** Shows one event. */
  tell(event: Exclude<StackEvent, { readonly event: 'up' }>): void {
    this.#write(`${this.#options.json ? eventLine(event) : describeEvent(event)}\n`);
  }

  /**
   * Warns of trouble with a data folder. What its full disk causes is told once for all of its causes.
   *
   * @param message a sentence
   */
  warn(message: string, folder: string): void {
    if (saysDiskIsFull(message)) {
      this.#diskIsFull(folder);
    } else {
      this.tell({ event: 'warning', message });
    }
  }

  /**
   * Shows that the stack is up.
   *
   * @param banner the text for people
   */
  tellUp(event: Extract<StackEvent, { readonly event: 'up' }>, banner: string): void {
    this.#write(`${this.#options.json ? eventLine(event) : banner}\n`);
  }

  /** Opens a log file whose noteworthy lines are shown. A flood of lines is cut short with a pointer to the file. */
  openLog(path: string, name: string): LogFile {
    const { verbose } = this.#options;
    let shown = 0;
    let windowStart = 0;
    const onLine = (line: string): void => {
      const text = verbose ? line : noteworthy(line);
      if (text === undefined || text === '') {
        return;
      }
      if (!verbose && saysDiskIsFull(text)) {
        this.#diskIsFull(dirname(path));
        return;
      }
      const now = performance.now();
      if (now - windowStart > WINDOW_MS) {
        windowStart = now;
        shown = 0;
      }
      shown += 1;
      if (verbose || shown <= MAX_LINES) {
        this.tell({ event: 'log', process: name, line: text });
      } else if (shown === MAX_LINES + 1) {
        this.tell({ event: 'log', process: name, line: `more of these in ${path}` });
      }
    };
    return new LogFile(path, onLine, (error) =>
      this.#diskFailed(`${path} cannot be written (${diskReason(error)}). ${diskMend(error)}`.trim()),
    );
  }

  #diskIsFull(folder: string): void {
    this.#diskFailed(`The disk of ${folder} is full. Calls that write answer 503 until you free some space.`);
  }

  #diskFailed(message: string): void {
    const now = performance.now();
    const isNew = this.#diskFailedAt === undefined || now - this.#diskFailedAt > NEW_OUTAGE_AFTER_MS;
    this.#diskFailedAt = now;
    if (isNew) {
      this.tell({ event: 'warning', message });
    }
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
export function redirectOutput(logPath: string, name: string, options: TerminalOptions): RedirectedOutput {
  outliveClosedOutput();
  const write = process.stdout.write.bind(process.stdout);
  const terminal = new Terminal((text) => void write(text), options);
  const log = terminal.openLog(logPath, name);
  redirectStandardOutput((text) => log.write(text));
  // The last lines before the exit must be shown as well.
  process.once('exit', () => log.catchUp());
  return { terminal, log };
}
