import { join } from 'node:path';
import type { DataDirectory } from '../data-directory.ts';
import type { Terminal } from '../terminal.ts';
import { type ProcessDescription, type ProcessState, SupervisedProcess } from './supervised-process.ts';

/** The child processes of one stack. */
export class ProcessGroup {
  readonly #directory: DataDirectory;
  readonly #terminal: Terminal;
  readonly #children: SupervisedProcess[] = [];
  #isClosed = false;

  constructor(directory: DataDirectory, terminal: Terminal) {
    this.#directory = directory;
    this.#terminal = terminal;
  }

  /**
   * Starts a child and waits until it is ready; does nothing once the group is closed.
   *
   * @throws ProcessStartError with the end of its log when it dies or does not become ready in time
   */
  async start(description: ProcessDescription): Promise<void> {
    if (this.#isClosed) {
      return;
    }
    const child = new SupervisedProcess({
      description,
      log: this.#terminal.openLog(join(this.#directory.logs, `${description.name}.log`), description.name),
      runFolder: this.#directory.run,
      report: (report) => this.#terminal.tell({ event: 'process', report }),
    });
    this.#children.push(child);
    await child.start();
  }

  /** Where a child stands; undefined where there is none of that name. */
  state(name: string): ProcessState | undefined {
    return this.#child(name)?.state;
  }

  /** Kills a child on purpose; see SupervisedProcess. Returns the id of the process that died; undefined while none is ready. */
  killToRestart(name: string): number | undefined {
    return this.#isClosed ? undefined : this.#child(name)?.killToRestart();
  }

  /** Starts no more children. */
  close(): void {
    this.#isClosed = true;
  }

  /** Ends children and waits until they are gone. */
  async stop(...names: readonly string[]): Promise<void> {
    await Promise.all(this.#children.filter((child) => names.includes(child.name)).map((child) => child.stop()));
  }

  /** Kills all children at once. */
  kill(): void {
    this.#isClosed = true;
    for (const child of this.#children) {
      child.kill();
    }
  }

  #child(name: string): SupervisedProcess | undefined {
    return this.#children.find((child) => child.name === name);
  }
}
