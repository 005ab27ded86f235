import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { StackUrls } from './child-processes.ts';
import { PORTS, type Ports, PROJECT_ROOT, portNames, portsSchema } from './configuration.ts';
import { dataDirectoryAt } from './data-directory.ts';
import { findFreePorts } from './port-check.ts';
import { signal } from './supervisor/process-table.ts';
import { isStillRunning, readRunFile } from './supervisor/run-file.ts';

/** The five processes of a stack; `api` is serverless-offline with the functions in it. */
export const STACK_PROCESSES = ['api', 'engine', 'dynamodb', 'inventory', 'payment'] as const;

/** A process of the stack. */
export type StackProcessName = (typeof STACK_PROCESSES)[number];

/** How a stack is started by a program. */
export interface EmbeddedStackOptions {
  /** Where its data is. Default: a new temporary folder, removed by `stop`. */
  readonly dataDirectory?: string;
  /** `free` finds free ones; `default` leaves them to the environment. Default `free`. */
  readonly ports?: Ports | 'free' | 'default';
  /** False shows what `npm start` would show. Default true. */
  readonly quiet?: boolean;
  /** Further environment variables, e.g. PAYMENT_WINDOW_SECONDS. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default 60 s. */
  readonly readyWithinMs?: number;
}

/** A running stack. */
export interface EmbeddedStack {
  readonly urls: StackUrls;
  readonly ports: Ports;
  readonly dataDirectory: string;
  /** How long the start took, from the launch to readiness. */
  readonly startMs: number;
  /** What it has said so far (with `quiet`). */
  readonly output: () => string;
  /** The processes as of now; an id changes when its process is started again. */
  readonly processes: () => readonly { readonly name: StackProcessName; readonly pid: number }[];
  /** Sends a signal to one process; it is started again when that ends it. Answers the id that was hit; throws where none runs. */
  readonly kill: (name: StackProcessName, signal: NodeJS.Signals) => number;
  /** Resolves once a process runs under another id than the given one and the stack is ready. */
  readonly isBack: (name: StackProcessName, oldPid: number) => Promise<void>;
  /** Ends the stack as Ctrl-C does and resolves with its exit code. */
  readonly stop: () => Promise<number>;
}

const POLL_MS = 50;
const LAST_WORDS_MS = 1_000;
const READY_WITHIN_MS = 60_000;

/** Between finding a free port and listening on it another program may take it; then others are found. */
const PORT_ATTEMPTS = 3;

/** Thrown when a stack does not start; holds what it said. */
export class StackStartError extends Error {
  override readonly name = 'StackStartError';
  readonly output: string;

  constructor(output: string, cause: unknown) {
    super(`The stack did not start. It said:\n${output}`, { cause });
    this.output = output;
  }

  get lostItsPort(): boolean {
    return /taken by another program|EADDRINUSE|address already in use/i.test(this.output);
  }
}

/**
 * Starts a whole stack beside whatever else runs, and resolves once it is ready.
 *
 * @throws StackStartError with the stack's own words when it ends, or is not ready in time
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
  const within = options.readyWithinMs ?? READY_WITHIN_MS;
  const startedAt = performance.now();
  const launch = new StackLaunch(await environmentOf(options, dataDirectory), options.quiet ?? true);
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
    await until(isReady('api'), within, 'The stack is not ready');
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
    isBack: (name, oldPid) => until(isReady(name, oldPid), within, `${name} did not come back`),
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

/** The launcher's process and what it said. */
class StackLaunch {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number>;
  #exit: number | undefined;
  output = '';

  constructor(environment: NodeJS.ProcessEnv, quiet: boolean) {
    this.#child = spawn(process.execPath, [join(PROJECT_ROOT, 'embedded', 'start.mjs')], {
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
      // Its last words arrive until `close`, which a process that it left behind can put off for ever.
      this.#child.once('close', end);
      this.#child.once('exit', (code) => void setTimeout(() => end(code), LAST_WORDS_MS));
    });
  }

  /** @throws Error once the launcher has ended */
  refuseEnded(): void {
    if (this.#exit !== undefined) {
      throw new Error(`The stack has ended with exit code ${this.#exit}.`);
    }
  }

  /** Ends as Ctrl-C does; the launcher waits for its children and bounds their time. */
  stop(): Promise<number> {
    this.#child.kill('SIGINT');
    return this.#ended;
  }
}

async function until(holds: () => Promise<boolean>, ms: number, otherwise: string): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > deadline) {
      throw new Error(`${otherwise} after ${ms / 1000} s.`);
    }
    await sleep(POLL_MS);
  }
}
