import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT_ROOT } from '../configuration.ts';
import { endLeftovers } from './leftovers.ts';
import { MODEST_HEAP } from './modest-heap.ts';
import { whenNpmIsGone } from './npm-watch.ts';
import { signal } from './process-table.ts';
import { DEFAULT_RESTART_POLICY, decideRestart } from './restart-policy.ts';

const FRAMEWORK = join(PROJECT_ROOT, 'node_modules', 'serverless', 'bin', 'serverless.js');

/** How one life of the API process ended. */
interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly wasReady: boolean;
}

/**
 * Runs `serverless offline` as a child, and again when it dies without having been asked to: by a signal, or after it
 * was up. One that ends by itself before it was ever up has said why (a busy port, say), and no repetition would help.
 */
export class ApiLauncher {
  readonly #verbose: boolean;
  readonly #runFolder: string;
  readonly #stop = new AbortController();
  #child: ChildProcess | undefined;

  constructor(options: { readonly verbose: boolean; readonly runFolder: string }) {
    this.#verbose = options.verbose;
    this.#runFolder = options.runFolder;
  }

  /** Resolves with the exit code once the stack has ended for good. */
  async run(): Promise<number> {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => this.#passOn(name));
    }
    whenNpmIsGone(() => this.#passOn('SIGTERM'));
    let deaths = 0;
    let everReady = false;
    for (;;) {
      const startedAt = performance.now();
      const end = await this.#live();
      everReady ||= end.wasReady;
      if (this.#stop.signal.aborted || !mayReturn(end, everReady)) {
        if (end.signal !== null) {
          await endLeftovers(this.#runFolder, 'api');
        }
        return end.code ?? (this.#stop.signal.aborted ? 0 : 1);
      }
      const decision = decideRestart(DEFAULT_RESTART_POLICY, deaths, performance.now() - startedAt);
      deaths = decision.deaths;
      console.log(`\nThe API process ${describe(end)}; starting it again in ${decision.delayMs} ms ...`);
      await sleep(decision.delayMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      // Ctrl-C may have come meanwhile.
      if (this.#stop.signal.aborted) {
        await endLeftovers(this.#runFolder, 'api');
        return 0;
      }
    }
  }

  #live(): Promise<End> {
    const child = spawn(process.execPath, [...MODEST_HEAP, FRAMEWORK, 'offline'], {
      cwd: PROJECT_ROOT,
      env: {
        ...process.env,
        NODE_COMPILE_CACHE:
          process.env.NODE_COMPILE_CACHE ?? join(PROJECT_ROOT, 'node_modules/.cache/node-compile-cache'),
        ...(this.#verbose && { EMBEDDED_VERBOSE: '1' }),
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Out of the terminal's process group: it gets each signal once, from here.
      detached: true,
      windowsHide: true,
    });
    this.#child = child;
    let wasReady = false;
    child.on('message', () => {
      wasReady = true;
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signalName) => {
        this.#child = undefined;
        resolve({ code, signal: signalName, wasReady });
      });
    });
  }

  #passOn(name: NodeJS.Signals): void {
    this.#stop.abort();
    const pid = this.#child?.pid;
    if (pid !== undefined) {
      signal(pid, name);
    }
  }
}

function mayReturn({ code, signal: signalName, wasReady }: End, everReady: boolean): boolean {
  if (code === 0) {
    return false;
  }
  return signalName !== null || wasReady || everReady;
}

function describe({ code, signal: signalName }: End): string {
  return signalName === null ? `ended with exit code ${code}` : `was ended by ${signalName}`;
}
