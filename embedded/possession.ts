import type { StackUrls } from './child-processes.ts';
import { portNames, type StackConfiguration } from './configuration.ts';
import { refuseBusyPorts } from './port-check.ts';
import { endLeftovers } from './supervisor/leftovers.ts';
import { removeJsonFile, writeJsonFile, writeRunFile } from './supervisor/run-file.ts';

const API_PROCESS = 'api';

/** One stack's claim on its data directory and its ports, as the files of its run folder tell others. */
export class Possession {
  readonly #configuration: StackConfiguration;
  readonly #runFolder: string;
  #isTaken = false;

  constructor(configuration: StackConfiguration, runFolder: string) {
    this.#configuration = configuration;
    this.#runFolder = runFolder;
  }

  /** Whether the stack may end what runs in the data directory: only what is its own. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /**
   * Ends what a killed stack left running, and takes the data directory and the ports.
   *
   * @throws ConfigurationError when another stack has the one or another program one of the others
   */
  async take(): Promise<void> {
    const { ports, externalDynamoDbUrl } = this.#configuration;
    await endLeftovers(this.#runFolder, API_PROCESS);
    this.announceEnd();
    await refuseBusyPorts(
      ports,
      portNames().filter((name) => name !== 'dynamodb' || externalDynamoDbUrl === undefined),
    );
    this.#writeOwnRunFile(false);
    this.#isTaken = true;
  }

  /** Tells that the whole stack is up, and where. */
  announceReady(urls: StackUrls, ms: number): void {
    const { ports } = this.#configuration;
    writeJsonFile(this.#runFolder, 'ready', { pid: process.pid, urls, ports, ms });
    this.#writeOwnRunFile(true);
  }

  /** Tells that the stack is up no longer. */
  announceEnd(): void {
    removeJsonFile(this.#runFolder, 'ready');
  }

  /** Gives up what was taken; the last thing a stack does. */
  release(): void {
    removeJsonFile(this.#runFolder, API_PROCESS);
  }

  #writeOwnRunFile(ready: boolean): void {
    writeRunFile(this.#runFolder, {
      name: API_PROCESS,
      pid: process.pid,
      port: this.#configuration.ports.http,
      startedAt: new Date(performance.timeOrigin).toISOString(),
      ready,
      identity: ['serverless', 'offline'],
    });
  }
}
