import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { StackUrls } from './addresses.ts';
import { PORTS, type Ports, PROJECT_ROOT, portNames, portsSchema } from './configuration.ts';
import { dataDirectoryAt } from './data-directory.ts';
import { eventually } from './eventually.ts';
import { findFreePorts } from './ports.ts';
import { signal } from './supervisor/process-table.ts';
import { isStillRunning, readRunFile } from './supervisor/run-files.ts';

/** The five processes of a stack; `api` is serverless-offline with the functions in it. */
export const STACK_PROCESSES = ['api', 'engine', 'dynamodb', 'inventory', 'payment'] as const;

/** A process of the stack. */
export type StackProcessName = (typeof STACK_PROCESSES)[number];

/** How a program starts a stack. */
export interface EmbeddedStackOptions {
  /** The checkout whose stack is started. Default: this one. */
  readonly projectRoot?: string;
  /** Where its data lies. Default: a new temporary folder, removed by `stop`. */
  readonly dataDirectory?: string;
  /** `free` picks free ports; `default` leaves them to the environment. Default `free`. */
  readonly ports?: Ports | 'free' | 'default';
  /** False passes the output of `npm start` on. Default true. */
  readonly quiet?: boolean;
  /** Further environment variables, e.g. PAYMENT_WINDOW_SECONDS. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How long the start may take. Default 60 s. */
  readonly readyWithinMs?: number;
}

/** A running stack. */
export interface EmbeddedStack {
  readonly urls: StackUrls;
  readonly ports: Ports;
  readonly dataDirectory: string;
  /** Time from the launch to readiness. */
  readonly startMs: number;
  /** Its output so far (with `quiet`). */
  readonly output: () => string;
  /** The running processes; an id changes when its process is restarted. */
  readonly processes: () => readonly { readonly name: StackProcessName; readonly pid: number }[];
  /** Sends a signal to one process, which is restarted when it dies. Returns its id; throws when it does not run. */
  readonly kill: (name: StackProcessName, signal: NodeJS.Signals) => number;
  /** Resolves once a process runs under another id than the given one and the stack is ready. */
  readonly isBack: (name: StackProcessName, oldPid: number) => Promise<void>;
  /** Stops the stack as Ctrl-C does and resolves with its exit code. */
  readonly stop: () => Promise<number>;
}

const POLL_MS = 50;
const OUTPUT_DRAIN_MS = 1_000;
const READY_WITHIN_MS = 60_000;

/** Another program may take a free port before the stack listens on it; then other ports are picked. */
const PORT_ATTEMPTS = 3;

/** Thrown when a stack does not start; holds its output. */
export class StackStartError extends Error {
  override readonly name = 'StackStartError';
  readonly output: string;

  constructor(output: string, cause: unknown) {
    super(`The stack did not start. Its output:\n${output}`, { cause });
    this.output = output;
  }

  /** Whether another program took a port first. */
  get lostItsPort(): boolean {
    return /taken by another program|EADDRINUSE|address already in use/i.test(this.output);
  }
}

/**
 * Starts a whole stack on free ports with data of its own, and resolves once it is ready.
 *
 * @example
 * const stack = await startEmbeddedStack();
 * await fetch(`${stack.urls.http}/inventory/stocks`);
 * await stack.stop();
 * @throws StackStartError when the stack ends or is not ready in time
 */
export async function startEmbeddedStack(options: EmbeddedStackOptions = {}): Promise<EmbeddedStack> {
  const attempts = (options.ports ?? 'free') === 'free' ? PORT_ATTEMPTS : 1;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (attempt === attempts || !(error instanceof StackStartError && error.lostItsPort)) {
        throw error;
      }
    }
  }
}

async function startOnce(options: EmbeddedStackOptions): Promise<EmbeddedStack> {
  const temporary = options.dataDirectory === undefined;
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'embedded-stack-')));
  const runFolder = dataDirectoryAt(dataDirectory).run;
  const withinMs = options.readyWithinMs ?? READY_WITHIN_MS;
  const startedAt = performance.now();
  const launch = new StackLaunch(
    options.projectRoot ?? PROJECT_ROOT,
    await environmentOf(options, dataDirectory),
    options.quiet ?? true,
  );
  const stop = async (): Promise<number> => {
    const code = await launch.stop();
    if (temporary) {
      await rm(dataDirectory, { recursive: true, force: true });
    }
    return code;
  };
  const isReady = (name: StackProcessName, otherThan?: number) => async (): Promise<boolean> => {
    launch.refuseEnded();
    const runFile = readRunFile(runFolder, name);
    return runFile?.ready === true && runFile.pid !== otherThan && (await isStillRunning(runFile));
  };
  try {
    await eventually(isReady('api'), { withinMs, pollMs: POLL_MS, what: 'the stack is ready' });
  } catch (error) {
    await stop();
    throw new StackStartError(launch.output, error);
  }
  const { urls, ports } = readyFileSchema.parse(JSON.parse(readFileSync(join(runFolder, 'ready.json'), 'utf8')));
  return {
    urls,
    ports,
    dataDirectory,
    startMs: Math.round(performance.now() - startedAt),
    output: () => launch.output,
    processes: () => STACK_PROCESSES.flatMap((name) => processOf(runFolder, name) ?? []),
    kill: (name, signalName) => {
      const found = processOf(runFolder, name);
      if (found === undefined) {
        throw new Error(`No process ${name} runs in the stack at ${dataDirectory}.`);
      }
      if (!signal(found.pid, signalName)) {
        throw new Error(`Process ${found.pid} (${name}) of the stack at ${dataDirectory} has ended.`);
      }
      return found.pid;
    },
    isBack: async (name, oldPid) => {
      await eventually(isReady(name, oldPid), { withinMs, pollMs: POLL_MS, what: `${name} is back` });
    },
    stop,
  };
}

const readyFileSchema = z.object({
  ports: portsSchema,
  urls: z.object({
    http: z.string(),
    lambda: z.string(),
    endpoint: z.string(),
    dynamodb: z.string(),
    inventory: z.string(),
    payment: z.string(),
  }),
});

function processOf(
  runFolder: string,
  name: StackProcessName,
): { readonly name: StackProcessName; readonly pid: number } | undefined {
  const pid = readRunFile(runFolder, name)?.pid;
  return pid === undefined ? undefined : { name, pid };
}

async function environmentOf(options: EmbeddedStackOptions, dataDirectory: string): Promise<NodeJS.ProcessEnv> {
  const wanted = options.ports ?? 'free';
  const ports = wanted === 'free' ? await findFreePorts() : wanted;
  return {
    ...process.env,
    ...(ports !== 'default' &&
      Object.fromEntries(portNames().map((name) => [PORTS[name].variable, String(ports[name])]))),
    ...options.environment,
    EMBEDDED_DATA_DIR: dataDirectory,
  };
}

/** The launcher's process and its output. */
class StackLaunch {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number>;
  #exit: number | undefined;
  output = '';

  constructor(projectRoot: string, environment: NodeJS.ProcessEnv, quiet: boolean) {
    this.#child = spawn(process.execPath, [join(projectRoot, 'embedded', 'start.mjs')], {
      cwd: projectRoot,
      env: environment,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      const end = (code: number | null): void => {
        this.#exit = code ?? 1;
        resolve(this.#exit);
      };
      // Output arrives until `close`, which a process left behind can delay without end.
      this.#child.once('close', end);
      // Node runs late timers before it reads, so output that has arrived is read first.
      this.#child.once('exit', (code) => void setTimeout(() => setImmediate(() => end(code)), OUTPUT_DRAIN_MS));
    });
  }

  /** @throws Error once the launcher has ended */
  refuseEnded(): void {
    if (this.#exit !== undefined) {
      throw new Error(`The stack has ended with exit code ${this.#exit}.`);
    }
  }

  /** Stops as Ctrl-C does; the launcher waits for its children and bounds their time. */
  stop(): Promise<number> {
    this.#child.kill('SIGINT');
    return this.#ended;
  }
}
