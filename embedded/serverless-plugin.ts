import { join } from 'node:path';
import { ConfigurationError, readConfiguration } from './configuration.ts';
import { hasMarker, prepareDataDirectory } from './data-directory.ts';
import { explainFailure } from './explain-failure.ts';
import { type OfflineServer, StackLifecycle } from './lifecycle.ts';
import { onNpmExit } from './npm-watch.mjs';
import type { Serverless } from './resources/serverless-service.ts';
import { describeEvent, eventLine } from './stack-events.ts';
import { tellParentOfLife } from './supervisor/heartbeat.ts';
import { redirectOutput, type Terminal } from './terminal.ts';
import { keepTraces } from './traces/kept-traces.ts';

/** How often the stack looks whether its data folder is still there. */
const FOLDER_WATCH_MS = 2_000;

/** One press of Ctrl-C can arrive twice, from the terminal and from npm. After this time it is a second press. */
const SAME_PRESS_MS = 1_000;

/**
 * The Serverless plugin behind `serverless offline`. It starts everything that the functions need, runs serverless-offline
 * itself, and stops all of it in order. serverless-plugin.cjs loads it for that command alone.
 */
export default class EmbeddedStackPlugin {
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;
  readonly #serverless: Serverless;
  #terminal: Terminal | undefined;
  #lifecycle: StackLifecycle | undefined;
  #childrenStarted: Promise<void> = Promise.resolve();
  #stopRequestedAt: number | undefined;

  constructor(serverless: Serverless) {
    this.#serverless = serverless;
    tellParentOfLife();
    // The framework's validation of serverless.yml loads 8 MB of generated code: 60 MB of memory and a second of the start.
    // Every other command still validates.
    serverless.configSchemaHandler.validateConfig = async () => undefined;
    this.hooks = {
      initialize: () => this.#orAbort(() => this.#begin()),
      'before:offline:start': () => this.#orAbort(() => this.#run()),
      'before:offline:start:init': () => this.#orAbort(() => this.#run()),
    };
  }

  async #begin(): Promise<void> {
    const configuration = readConfiguration(process.env);
    const directory = prepareDataDirectory(configuration.dataDirectory);
    const output = redirectOutput(join(directory.logs, 'api.log'), 'api', {
      verbose: process.env.EMBEDDED_VERBOSE === '1',
      json: process.env.EMBEDDED_JSON === '1',
    });
    const { terminal } = output;
    this.#terminal = terminal;
    const traces = configuration.traces === 'console' ? await keepTraces(process.env) : undefined;
    const lifecycle = new StackLifecycle(this.#serverless, configuration, directory, output, traces);
    this.#lifecycle = lifecycle;
    this.#watchForStop(lifecycle, terminal);
    this.#watchFolder(configuration.dataDirectory, lifecycle, terminal);
    terminal.tell({ event: 'starting' });
    await lifecycle.acquireLock();
    this.#childrenStarted = lifecycle.startChildren();
    // #run awaits it. Until then, a failure must not count as unhandled.
    this.#childrenStarted.catch(() => undefined);
  }

  /** Replaces serverless-offline's own start. Never returns: the process ends with the stack. */
  async #run(): Promise<void> {
    const lifecycle = this.#lifecycle;
    if (lifecycle === undefined) {
      throw new Error('The framework asked to start the API before it initialized the plugins.');
    }
    await lifecycle.startApi(findOfflineServer(this.#serverless), this.#childrenStarted);
    await new Promise<never>(() => undefined);
  }

  async #orAbort(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (this.#stopRequestedAt === undefined) {
        await this.#abort(error);
      }
      // Otherwise the stop caused the failure, and the stop ends the process.
      await new Promise<never>(() => undefined);
    }
  }

  async #abort(error: unknown): Promise<void> {
    const failed = { event: 'failed', reason: explainFailure(error) } as const;
    if (this.#terminal === undefined) {
      console.error(process.env.EMBEDDED_JSON === '1' ? eventLine(failed) : describeEvent(failed));
    } else {
      this.#terminal.tell(failed);
    }
    this.#stopRequestedAt = performance.now();
    await this.#lifecycle?.stop();
    process.exit(1);
  }

  #watchForStop(lifecycle: StackLifecycle, terminal: Terminal): void {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => this.#stopOn(name, lifecycle, terminal));
    }
    // The launcher of `npm start` keeps an IPC channel to this process; it closes when the launcher dies.
    process.on('disconnect', () => this.#stopOn('disconnect', lifecycle, terminal));
    onNpmExit(() => this.#stopOn('npm is gone', lifecycle, terminal));
    // An asynchronously invoked function threw. AWS would only log it too.
    process.on('unhandledRejection', (reason) => console.error(`Unhandled rejection: ${explainFailure(reason)}`));
    process.once('exit', () => lifecycle.kill());
  }

  /** A database whose file was deleted goes on as if nothing were, and loses with its end what it takes from now on. */
  #watchFolder(folder: string, lifecycle: StackLifecycle, terminal: Terminal): void {
    const timer = setInterval(() => {
      if (!hasMarker(folder)) {
        clearInterval(timer);
        const message = `The data folder ${folder} was deleted or moved away. Move it back if you can, then start again.`;
        terminal.tell({ event: 'warning', message });
        this.#stopOn('the data folder is gone', lifecycle, terminal);
      }
    }, FOLDER_WATCH_MS);
    timer.unref();
  }

  #stopOn(event: string, lifecycle: StackLifecycle, terminal: Terminal): void {
    const now = performance.now();
    if (this.#stopRequestedAt === undefined) {
      this.#stopRequestedAt = now;
      terminal.tell({ event: 'stopping', why: event });
      void lifecycle.stop().then(
        () => {
          terminal.tell({ event: 'stopped' });
          process.exit(0);
        },
        (error: unknown) => {
          terminal.tell({ event: 'stopped', problem: explainFailure(error) });
          process.exit(1);
        },
      );
    } else if (event === 'SIGINT' && now - this.#stopRequestedAt > SAME_PRESS_MS) {
      process.exit(130);
    }
  }
}

function findOfflineServer(serverless: Serverless): OfflineServer {
  const found = serverless.pluginManager.plugins.find((plugin) => plugin.constructor.name === 'ServerlessOffline');
  if (found === undefined || !isOfflineServer(found)) {
    throw new ConfigurationError('serverless.yml must list serverless-offline among its plugins.');
  }
  return found;
}

function isOfflineServer(plugin: object): plugin is OfflineServer {
  return 'start' in plugin && typeof plugin.start === 'function' && 'end' in plugin && typeof plugin.end === 'function';
}
