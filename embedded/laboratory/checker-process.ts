import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { PROJECT_ROOT } from '../configuration.ts';
import { SMALL_HEAP_FLAGS } from '../supervisor/supervised-process.ts';

/** How the checker is run once. */
export interface CheckerRun {
  /** Absolute path of its program. */
  readonly main: string;
  /** The whole environment of the child. */
  readonly environment: NodeJS.ProcessEnv;
  /** After this time it is killed. */
  readonly withinMs: number;
  /** Kills it at once. */
  readonly signal: AbortSignal;
}

/** Far more than a verdict has, so that a program gone wrong does not fill the memory. */
const MOST_CHARACTERS = 1_000_000;

/** The most orders of a check take half of it. */
const HEAP_FLAG = '--max-old-space-size=256';

/**
 * Runs the checker of verification/ once, as a process of its own: it takes seconds of computing, during which the API goes on.
 * It ends with this process.
 *
 * @returns what it printed
 * @throws Error with the end of what it said where it printed nothing, or was killed
 */
export function runChecker({ main, environment, withinMs, signal }: CheckerRun): Promise<string> {
  const parentWatch = pathToFileURL(join(PROJECT_ROOT, 'embedded/supervisor/parent-watch.ts')).href;
  const child = spawn(process.execPath, [...SMALL_HEAP_FLAGS, HEAP_FLAG, '--import', parentWatch, main, '--json'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C reaches only the parent, as with the other children.
    detached: true,
    windowsHide: true,
    signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
    killSignal: 'SIGKILL',
  });
  const [printed, said] = [collect(child.stdout), collect(child.stderr)];
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error.name === 'AbortError' ? new Error(`it took longer than ${withinMs / 1_000} s`) : error;
      if (child.pid === undefined) {
        reject(failure);
      }
    });
    child.once('close', (code) => {
      // Its exit code is 1 where it found something, too.
      if (failure === undefined && printed().trim() !== '') {
        resolve(printed());
      } else {
        reject(failure ?? new Error(lastLine(said()) || `it ended with exit code ${code}`));
      }
    });
  });
}

function collect(stream: Readable | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(0, MOST_CHARACTERS);
  });
  return () => text;
}

/** The line of a crash that says what happened. */
function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.find((line) => /^\w*(Error|Exception)\b.*:/.test(line)) ?? lines.findLast((line) => line !== '') ?? '';
}
