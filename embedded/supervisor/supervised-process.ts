import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogFile } from './log-file.ts';
import { endProcess, signal } from './process-table.ts';
import { DEFAULT_RESTART_POLICY, decideRestart, type RestartPolicy } from './restart-policy.ts';
import { removeJsonFile, writeRunFile } from './run-file.ts';

const READINESS_POLL_MS = 40;
const SHOWN_LOG_LINES = 12;

/** How one child process is run. */
export interface ProcessDescription {
  /** Unique in the stack; names the run file and the log. */
  readonly name: string;
  readonly port: number;
  readonly command: string;
  readonly arguments: readonly string[];
  /** The whole environment of the child. */
  readonly environment: NodeJS.ProcessEnv;
  /** See RunFile: what tells this process from all others on the machine. */
  readonly identity: readonly string[];
  /** Whether the child is a Node program that watches for its parent's death. */
  readonly watchesParent: boolean;
  /** Asked repeatedly after a start until it answers true. */
  readonly isReady: () => Promise<boolean>;
  /** How long the child may take to become ready. */
  readonly readyWithinMs: number;
  /** How long the child may take to end on SIGTERM. */
  readonly graceMs: number;
}

/** What happened to a child; for the terminal. */
export type ProcessReport =
  | { readonly type: 'recovered'; readonly name: string; readonly pid: number; readonly ms: number }
  | { readonly type: 'died'; readonly name: string; readonly how: string; readonly delayMs: number }
  /** Started again, and not ready in time; it is ended, and so started once more. */
  | { readonly type: 'late'; readonly name: string; readonly ms: number }
  /** It runs, but a later stack that finds it left over will not know it. */
  | { readonly type: 'unrecorded'; readonly name: string; readonly error: unknown }
  | {
      readonly type: 'keeps-dying';
      readonly name: string;
      readonly deaths: number;
      readonly lastLines: readonly string[];
    };

/** Thrown by `start` when a child does not become ready at all. */
export class ProcessStartError extends Error {
  override readonly name = 'ProcessStartError';
}

/** One child process that is started, watched, started again when it dies, and ended. */
export class SupervisedProcess {
  readonly #description: ProcessDescription;
  readonly #log: LogFile;
  readonly #runFolder: string;
  readonly #report: (report: ProcessReport) => void;
  readonly #policy: RestartPolicy;
  readonly #stop = new AbortController();
  #child: ChildProcess | undefined;
  #startedAt = '';
  #deaths = 0;

  constructor(options: {
    readonly description: ProcessDescription;
    readonly log: LogFile;
    readonly runFolder: string;
    readonly report: (report: ProcessReport) => void;
    readonly policy?: RestartPolicy;
  }) {
    this.#description = options.description;
    this.#log = options.log;
    this.#runFolder = options.runFolder;
    this.#report = options.report;
    this.#policy = options.policy ?? DEFAULT_RESTART_POLICY;
  }

  get name(): string {
    return this.#description.name;
  }

  /** The running child's id, or undefined between two lives. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts the child and waits until it is ready. From then on it is started again whenever it dies.
   *
   * @throws ProcessStartError with the end of its log when it dies or does not become ready in time
   */
  async start(): Promise<void> {
    const exited = this.#spawn();
    const outcome = await Promise.race([this.#readiness(), exited.then((how) => ({ died: how }))]);
    if (outcome === 'stopped') {
      return;
    }
    if (outcome !== 'ready') {
      await this.#endChild();
      throw new ProcessStartError(this.#startFailure(outcome));
    }
    void this.#keepAlive(exited);
  }

  /** Ends the child and keeps it ended. Resolves once it is gone. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#endChild();
    removeJsonFile(this.#runFolder, this.name);
    this.#log.close();
  }

  /** Ends the child this instant, without grace; for the second Ctrl-C and for the parent's own exit. */
  kill(): void {
    this.#stop.abort();
    const pid = this.pid;
    if (pid !== undefined) {
      signal(pid, 'SIGKILL');
    }
  }

  async #endChild(): Promise<void> {
    const pid = this.pid;
    if (pid !== undefined) {
      await endProcess(pid, this.#description.graceMs);
    }
  }

  /** Starts one life of the child; resolves with how it ended. */
  #spawn(): Promise<string> {
    const { command, environment, watchesParent } = this.#description;
    const output = this.#log.descriptor;
    const child = spawn(command, [...this.#description.arguments], {
      env: environment,
      stdio: watchesParent ? ['ignore', output, output, 'ipc'] : ['ignore', output, output],
      // A process group of its own: Ctrl-C in the terminal reaches the parent alone, which then ends all in order.
      detached: true,
      windowsHide: true,
    });
    this.#child = child;
    this.#startedAt = new Date().toISOString();
    const exited = new Promise<string>((resolve) => {
      const ended = (how: string): void => {
        this.#child = undefined;
        resolve(how);
      };
      child.once('error', (error) => ended(`could not be started: ${error.message}`));
      child.once('exit', (code, signalName) =>
        ended(signalName === null ? `ended with exit code ${code}` : `was ended by ${signalName}`),
      );
    });
    this.#writeRunFile(false);
    return exited;
  }

  #writeRunFile(ready: boolean): void {
    const { name, port, identity } = this.#description;
    if (this.pid === undefined) {
      return;
    }
    const startedAt = this.#startedAt;
    try {
      writeRunFile(this.#runFolder, { name, pid: this.pid, port, startedAt, ready, identity: [...identity] });
    } catch (error) {
      // A full disk is no reason to stop watching the child.
      this.#report({ type: 'unrecorded', name, error });
    }
  }

  async #readiness(): Promise<'ready' | 'late' | 'stopped'> {
    const deadline = performance.now() + this.#description.readyWithinMs;
    while (performance.now() < deadline) {
      if (this.#stop.signal.aborted) {
        return 'stopped';
      }
      if (await this.#description.isReady()) {
        this.#writeRunFile(true);
        return 'ready';
      }
      await sleep(READINESS_POLL_MS);
    }
    return 'late';
  }

  async #keepAlive(firstExit: Promise<string>): Promise<void> {
    let exited = firstExit;
    let startedAt = performance.now();
    for (;;) {
      const how = await exited;
      if (this.#stop.signal.aborted) {
        return;
      }
      const decision = decideRestart(this.#policy, this.#deaths, performance.now() - startedAt);
      this.#deaths = decision.deaths;
      this.#report({ type: 'died', name: this.name, how, delayMs: decision.delayMs });
      if (decision.loud) {
        this.#report({ type: 'keeps-dying', name: this.name, deaths: decision.deaths, lastLines: this.#lastLines() });
      }
      await sleep(decision.delayMs);
      if (this.#stop.signal.aborted) {
        return;
      }
      startedAt = performance.now();
      exited = this.#spawn();
      void this.#reportRecovery(startedAt, this.pid);
    }
  }

  async #reportRecovery(startedAt: number, pid: number | undefined): Promise<void> {
    const outcome = await this.#readiness();
    if (pid === undefined || this.pid !== pid) {
      return;
    }
    const ms = performance.now() - startedAt;
    switch (outcome) {
      case 'ready':
        this.#report({ type: 'recovered', name: this.name, pid, ms });
        return;
      case 'late':
        this.#report({ type: 'late', name: this.name, ms: this.#description.readyWithinMs });
        await this.#endChild();
        return;
      case 'stopped':
        return;
    }
  }

  #lastLines(): readonly string[] {
    this.#log.catchUp();
    return this.#log.lastLines(SHOWN_LOG_LINES);
  }

  #startFailure(outcome: 'late' | { readonly died: string }): string {
    const what =
      outcome === 'late'
        ? `was not ready within ${this.#description.readyWithinMs / 1000} s`
        : `${outcome.died} before it was ready`;
    const lines = this.#lastLines().map((line) => `    ${line}`);
    return `${this.name} ${what}. The end of ${this.#log.path}:\n${lines.join('\n')}`;
  }
}
