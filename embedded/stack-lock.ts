import type { StackUrls } from './addresses.ts';
import { portNames, type StackConfiguration } from './configuration.ts';
import { refuseBusyPorts } from './ports.ts';
import { endLeftoverProcesses, removeJsonFile, writeJsonFile, writeRunFile } from './supervisor/run-files.ts';

const API_PROCESS = 'api';

/**
 * One stack's lock on its data directory and ports. Other processes see it in the run folder: `api.json` names the owner,
 * `ready.json` stands there while the stack is up.
 */
export class StackLock {
  readonly #configuration: StackConfiguration;
  readonly #runFolder: string;
  #isHeld = false;

  constructor(configuration: StackConfiguration, runFolder: string) {
    this.#configuration = configuration;
    this.#runFolder = runFolder;
  }

  /** Whether this stack owns what runs in the data directory, and so may end it. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /**
   * Ends the processes of a killed stack and takes the lock.
   *
   * @throws ConfigurationError when another stack uses the data directory or another program one of the ports
   */
  async acquire(): Promise<void> {
    const { ports, externalDynamoDbUrl } = this.#configuration;
    await endLeftoverProcesses(this.#runFolder, API_PROCESS);
    this.withdrawReady();
    await refuseBusyPorts(
      ports,
      portNames().filter((name) => name !== 'dynamodb' || externalDynamoDbUrl === undefined),
    );
    this.#writeOwnRunFile(false);
    this.#isHeld = true;
  }

  /**
   * Announces that the whole stack is up, and where.
   *
   * @param ms how long the start took
   */
  announceReady(urls: StackUrls, ms: number): void {
    const { ports } = this.#configuration;
    writeJsonFile(this.#runFolder, 'ready', { pid: process.pid, urls, ports, ms });
    this.#writeOwnRunFile(true);
  }

  /** Withdraws the announcement that the stack is up. */
  withdrawReady(): void {
    removeJsonFile(this.#runFolder, 'ready');
  }

  /** Gives the lock up, as the last step of a stop. */
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
