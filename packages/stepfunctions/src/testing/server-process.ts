import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** The real server in a process that can be killed and restarted on the same data and port. */
export class ServerProcess {
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;
  #port = 0;

  /** @param args command line for `main.ts`, without the port */
  constructor(args: readonly string[]) {
    this.#args = args;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The process id while it runs, otherwise 0. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Starts it; resolves once it listens. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [MAIN, '--port', String(this.#port), ...this.#args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    const exited = once(child, 'exit').then(([code]) => {
      throw new Error(`the server ended with ${String(code)} before it listened`);
    });
    exited.catch(() => undefined);
    const lines = createInterface({ input: child.stdout });
    const listening = once(lines, 'line').then(([line]) => {
      this.#port = Number(/:(\d+)$/.exec(String(line))?.[1]);
    });
    await Promise.race([listening, exited]);
  }

  /** `kill -9`; resolves once the process is gone. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}
