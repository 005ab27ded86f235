import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT_ROOT } from '../configuration.ts';
import { onNpmExit } from '../npm-watch.mjs';
import { type HealthCheckPolicy, untilHung } from './health-check.ts';
import { HEARTBEAT_EVERY_MS, saysReady } from './heartbeat.ts';
import { signal } from './process-table.ts';
import { RestartBackoff } from './restart-policy.ts';
import { endLeftoverProcesses, removeJsonFile } from './run-files.ts';
import { type ProcessReport, SMALL_HEAP_ENVIRONMENT, SMALL_HEAP_FLAGS } from './supervised-process.ts';

const FRAMEWORK = join(PROJECT_ROOT, 'node_modules', 'serverless', 'bin', 'serverless.js');
const START_GARBAGE = new URL('collect-start-garbage.ts', import.meta.url).href;

/** Slower than for the other processes: the API's restart ends them all, so that it is the last resort. */
const HEARTBEATS: HealthCheckPolicy = { everyMs: 2 * HEARTBEAT_EVERY_MS, timeoutMs: 0, maxMisses: 6 };

/** One press of Ctrl-C can arrive twice. After this time it is a second press. */
const SAME_PRESS_MS = 1_000;

/** An API process that turns ends at the second Ctrl-C by itself, well within this time. */
const END_BY_ITSELF_MS = 2_000;

/** How the API process ended. */
interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly wasReady: boolean;
}

/** How the API process is run. */
export interface LauncherOptions {
  /** Shows every log line. */
  readonly verbose: boolean;
  /** Tells events in JSON. */
  readonly json: boolean;
  readonly runFolder: string;
  /** Shows what happened to the API process. */
  readonly tell: (report: ProcessReport) => void;
  /** Default: serverless offline. */
  readonly program?: readonly string[];
  /** How often the API process must be heard. */
  readonly heartbeats?: HealthCheckPolicy;
}

/**
 * Runs `serverless offline` as a child process. Restarts it when a signal killed it or when it died after it was ready. A
 * process that exits before the first readiness has said why (a busy port, say), and a restart would not help.
 */
export class ApiLauncher {
  readonly #options: LauncherOptions;
  readonly #stop = new AbortController();
  #child: ChildProcess | undefined;
  #wasHeard = true;
  #stopRequestedAt: number | undefined;

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  /** Runs the stack; resolves with the exit code once it has ended for good. */
  async run(): Promise<number> {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => this.#forwardSignal(name));
    }
    onNpmExit(() => this.#forwardSignal('SIGTERM'));
    const backoff = new RestartBackoff();
    let everReady = false;
    for (;;) {
      const startedAt = performance.now();
      const exit = await this.#runOnce();
      everReady ||= exit.wasReady;
      if (this.#stop.signal.aborted || !shouldRestart(exit, everReady)) {
        if (exit.signal !== null) {
          await this.#clearUp();
        }
        return exit.code ?? (this.#stop.signal.aborted ? 0 : 1);
      }
      const { delayMs } = backoff.afterDeath(performance.now() - startedAt);
      this.#options.tell({ type: 'died', name: 'api', how: describe(exit), delayMs });
      await sleep(delayMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      // Ctrl-C may have come during the pause.
      if (this.#stop.signal.aborted) {
        await this.#clearUp();
        return 0;
      }
    }
  }

  /** Does what an API process that was killed could not: ends the others, and says no longer that the stack runs. */
  async #clearUp(): Promise<void> {
    await endLeftoverProcesses(this.#options.runFolder, 'api');
    for (const name of ['ready', 'api']) {
      removeJsonFile(this.#options.runFolder, name);
    }
  }

  #isVerbose(): boolean {
    return this.#options.verbose || process.env.EMBEDDED_VERBOSE === '1';
  }

  #runOnce(): Promise<Exit> {
    const program = this.#options.program ?? ['--import', START_GARBAGE, FRAMEWORK, 'offline'];
    const child = spawn(process.execPath, [...SMALL_HEAP_FLAGS, ...program], {
      cwd: PROJECT_ROOT,
      env: {
        ...SMALL_HEAP_ENVIRONMENT,
        ...process.env,
        NODE_COMPILE_CACHE:
          process.env.NODE_COMPILE_CACHE ?? join(PROJECT_ROOT, 'node_modules/.cache/node-compile-cache'),
        // At its default level, serverless-offline writes five lines a request. The functions' own logs say more.
        SLS_LOG_LEVEL: process.env.SLS_LOG_LEVEL ?? (this.#isVerbose() ? 'notice' : 'warning'),
        ...(this.#options.verbose && { EMBEDDED_VERBOSE: '1' }),
        ...(this.#options.json && { EMBEDDED_JSON: '1' }),
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Outside the terminal's process group, so that each signal reaches it once, from here.
      detached: true,
      windowsHide: true,
    });
    this.#child = child;
    this.#wasHeard = true;
    let wasReady = false;
    child.on('message', (sent) => {
      wasReady ||= saysReady(sent);
      this.#wasHeard = true;
    });
    void this.#killWhenHung(child);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signalName) => {
        this.#child = undefined;
        resolve({ code, signal: signalName, wasReady });
      });
    });
  }

  /** Watches until the child has ended: it may hang in its start and in its stop as well. */
  async #killWhenHung(child: ChildProcess): Promise<void> {
    const wasHeard = async (): Promise<boolean> => {
      const heard = this.#wasHeard;
      this.#wasHeard = false;
      return heard;
    };
    const ms = await untilHung(this.#options.heartbeats ?? HEARTBEATS, wasHeard, () => this.#child !== child);
    if (ms !== undefined && child.pid !== undefined) {
      this.#options.tell({ type: 'hung', name: 'api', ms });
      signal(child.pid, 'SIGKILL');
    }
  }

  async #killUnlessItEnds(child: ChildProcess): Promise<void> {
    await sleep(END_BY_ITSELF_MS, undefined, { ref: false });
    if (this.#child === child && child.pid !== undefined) {
      signal(child.pid, 'SIGKILL');
    }
  }

  #forwardSignal(name: NodeJS.Signals): void {
    this.#stop.abort();
    const child = this.#child;
    if (child?.pid === undefined) {
      return;
    }
    signal(child.pid, name);
    const now = performance.now();
    this.#stopRequestedAt ??= now;
    if (name === 'SIGINT' && now - this.#stopRequestedAt > SAME_PRESS_MS) {
      void this.#killUnlessItEnds(child);
    }
  }
}

function shouldRestart({ code, signal: signalName, wasReady }: Exit, everReady: boolean): boolean {
  if (code === 0) {
    return false;
  }
  return signalName !== null || wasReady || everReady;
}

function describe({ code, signal: signalName }: Exit): string {
  return signalName === null ? `ended with exit code ${code}` : `was ended by ${signalName}`;
}
