import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_HEALTH_CHECK, type HealthCheckPolicy, untilHung } from './health-check.ts';
import type { LogFile } from './log-file.ts';
import { endProcess, signal } from './process-table.ts';
import { RestartBackoff, type RestartPolicy } from './restart-policy.ts';
import { removeJsonFile, writeRunFile } from './run-files.ts';
import { describeStartFailure } from './start-failure.ts';

/**
 * Node flags for several processes on one laptop: a young generation of 4 MB per semi-space. V8's default of 16 MB is filled
 * once at the start and kept for good. So small a young generation is collected faster by one thread than by five.
 */
export const SMALL_HEAP_FLAGS = ['--max-semi-space-size=4', '--no-parallel-scavenge'] as const;

/**
 * Makes glibc's allocator keep one arena a process and return freed memory early. A process with several threads would
 * otherwise hold megabytes that it freed long ago.
 */
export const SMALL_HEAP_ENVIRONMENT = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536' } as const;

const READINESS_POLL_MS = 40;
const READINESS_TIMEOUT_MS = 1_000;
const SHOWN_LOG_LINES = 12;

/** How one child process is run. */
export interface ProcessDescription {
  /** Unique in the stack. Names the run file and the log. */
  readonly name: string;
  readonly port: number;
  readonly command: string;
  readonly arguments: readonly string[];
  /** The whole environment of the child. */
  readonly environment: NodeJS.ProcessEnv;
  /** Arguments that, together, only this process has; see RunFile. */
  readonly identity: readonly string[];
  /** Whether the child is a Node program that ends when its parent dies (parent-watch.ts). */
  readonly watchesParent: boolean;
  /** Polled after each start until it resolves with true, and from then on as the health check. */
  readonly isReady: (timeoutMs: number) => Promise<boolean>;
  readonly readyWithinMs: number;
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs: number;
}

/** What happened to a child, for the terminal. */
export type ProcessReport =
  | { readonly type: 'recovered'; readonly name: string; readonly pid: number; readonly ms: number }
  | { readonly type: 'died'; readonly name: string; readonly how: string; readonly delayMs: number }
  /** It runs, but did not answer its health checks for this long: it is killed, which restarts it. */
  | { readonly type: 'hung'; readonly name: string; readonly ms: number }
  /** Not ready in time after a restart: it is ended, which restarts it once more. */
  | { readonly type: 'late'; readonly name: string; readonly ms: number }
  /** It runs without a run file, so a later start would not recognize it as left over. */
  | { readonly type: 'unrecorded'; readonly name: string; readonly error: unknown }
  | {
      readonly type: 'keeps-dying';
      readonly name: string;
      readonly deaths: number;
      readonly lastLines: readonly string[];
    };

/** Where a child stands. */
export type ProcessState =
  | {
      readonly state: 'running';
      readonly pid: number;
      /** ISO time. */
      readonly since: string;
      readonly restarts: number;
    }
  /** It has died, or is not ready yet. */
  | { readonly state: 'restarting'; readonly restarts: number };

/** Thrown by `start` when a child dies or does not become ready in time. The message ends with the child's log. */
export class ProcessStartError extends Error {
  override readonly name = 'ProcessStartError';
}

/**
 * One child process that is restarted whenever it dies.
 *
 * @example
 * const child = new SupervisedProcess({ description, log, runFolder, report: console.log });
 * await child.start(); // ready
 * await child.stop(); // gone, and not restarted
 */
export class SupervisedProcess {
  readonly #description: ProcessDescription;
  readonly #log: LogFile;
  readonly #runFolder: string;
  readonly #report: (report: ProcessReport) => void;
  readonly #backoff: RestartBackoff;
  readonly #healthCheck: HealthCheckPolicy;
  readonly #stop = new AbortController();
  #child: ChildProcess | undefined;
  #startedAt = '';
  #restarts = 0;
  /** The child that has become ready, until it is killed. */
  #readyPid: number | undefined;
  /** The child that was killed on purpose. */
  #killedPid: number | undefined;
  /** The size of the log when the running child was started. */
  #logStart = 0;

  constructor(options: {
    readonly description: ProcessDescription;
    readonly log: LogFile;
    readonly runFolder: string;
    readonly report: (report: ProcessReport) => void;
    readonly policy?: RestartPolicy;
    readonly healthCheck?: HealthCheckPolicy;
  }) {
    this.#description = options.description;
    this.#log = options.log;
    this.#runFolder = options.runFolder;
    this.#report = options.report;
    this.#backoff = new RestartBackoff(options.policy);
    this.#healthCheck = options.healthCheck ?? DEFAULT_HEALTH_CHECK;
  }

  /** The child's name in the stack. */
  get name(): string {
    return this.#description.name;
  }

  /** The running child's process id, or undefined while none runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Where the child stands at this moment. */
  get state(): ProcessState {
    const { pid } = this;
    const restarts = this.#restarts;
    return pid !== undefined && pid === this.#readyPid
      ? { state: 'running', pid, since: this.#startedAt, restarts }
      : { state: 'restarting', restarts };
  }

  /**
   * Starts the child and waits until it is ready. From then on it is restarted whenever it dies.
   *
   * @throws ProcessStartError when it dies or does not become ready in time
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
    void this.#restartWheneverDead(exited);
    void this.#killWhenHung();
  }

  /** Ends the child for good. Resolves once it is gone. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#endChild();
    removeJsonFile(this.#runFolder, this.name);
    this.#log.close();
  }

  /** Kills the child without grace: on the second Ctrl-C and when the parent exits. */
  kill(): void {
    this.#stop.abort();
    const pid = this.pid;
    if (pid !== undefined) {
      signal(pid, 'SIGKILL');
    }
  }

  /**
   * Kills the running child on purpose. It is restarted at once and quietly, however often this is asked for: such a death does
   * not count as one of a child that cannot live.
   *
   * @returns the id of the process that died; undefined while none is ready
   */
  killToRestart(): number | undefined {
    const current = this.state;
    if (current.state !== 'running' || this.#stop.signal.aborted || !signal(current.pid, 'SIGKILL')) {
      return undefined;
    }
    this.#readyPid = undefined;
    this.#killedPid = current.pid;
    return current.pid;
  }

  async #endChild(): Promise<void> {
    const pid = this.pid;
    if (pid !== undefined) {
      await endProcess(pid, this.#description.graceMs);
    }
  }

  /** Spawns the child; resolves with how it ended. */
  #spawn(): Promise<string> {
    const { command, environment, watchesParent } = this.#description;
    const output = this.#log.descriptor;
    this.#logStart = this.#log.size;
    const child = spawn(command, [...this.#description.arguments], {
      env: environment,
      stdio: watchesParent ? ['ignore', output, output, 'ipc'] : ['ignore', output, output],
      // A process group of its own: Ctrl-C reaches only the parent, which then ends its children in order.
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
      // A full disk must not stop the supervision.
      this.#report({ type: 'unrecorded', name, error });
    }
  }

  async #readiness(): Promise<'ready' | 'late' | 'stopped'> {
    const { pid } = this;
    const deadline = performance.now() + this.#description.readyWithinMs;
    while (performance.now() < deadline) {
      if (this.#stop.signal.aborted) {
        return 'stopped';
      }
      if (await this.#description.isReady(READINESS_TIMEOUT_MS)) {
        // The answer may be the next child's, where this one has died meanwhile.
        this.#readyPid = this.pid === pid ? pid : this.#readyPid;
        this.#writeRunFile(true);
        return 'ready';
      }
      await sleep(READINESS_POLL_MS);
    }
    return 'late';
  }

  async #restartWheneverDead(firstExit: Promise<string>): Promise<void> {
    let exited = firstExit;
    let startedAt = performance.now();
    for (;;) {
      const { pid } = this;
      const how = await exited;
      if (this.#stop.signal.aborted) {
        return;
      }
      const isOnPurpose = pid !== undefined && pid === this.#killedPid;
      const decision = isOnPurpose
        ? this.#backoff.afterKillOnPurpose()
        : this.#backoff.afterDeath(performance.now() - startedAt);
      this.#report({ type: 'died', name: this.name, how, delayMs: decision.delayMs });
      if (decision.isLoud) {
        this.#report({ type: 'keeps-dying', name: this.name, deaths: decision.deaths, lastLines: this.#lastLines() });
      }
      await sleep(decision.delayMs);
      if (this.#stop.signal.aborted) {
        return;
      }
      startedAt = performance.now();
      this.#restarts += 1;
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
        void this.#killWhenHung();
        return;
      case 'late':
        this.#report({ type: 'late', name: this.name, ms: this.#description.readyWithinMs });
        await this.#endChild();
        return;
      case 'stopped':
        return;
    }
  }

  /**
   * Checks the running child's health until it dies. A stopped or blocked child keeps its port and never dies by itself, so
   * callers would wait for it without end.
   */
  async #killWhenHung(): Promise<void> {
    const { pid } = this;
    if (pid === undefined) {
      return;
    }
    const isOver = (): boolean => this.#stop.signal.aborted || this.pid !== pid;
    const ms = await untilHung(this.#healthCheck, this.#description.isReady, isOver);
    if (ms !== undefined) {
      this.#report({ type: 'hung', name: this.name, ms });
      signal(pid, 'SIGKILL');
    }
  }

  #lastLines(): readonly string[] {
    this.#log.catchUp();
    return this.#log.lastLines(SHOWN_LOG_LINES, this.#logStart);
  }

  #startFailure(outcome: 'late' | { readonly died: string }): string {
    const what =
      outcome === 'late'
        ? `was not ready within ${this.#description.readyWithinMs / 1000} s`
        : `${outcome.died} before it was ready`;
    return describeStartFailure(this.name, what, { path: this.#log.path, lastLines: this.#lastLines() });
  }
}
