import type { EmbeddedStack, StackProcessName } from '../../../embedded/stack.ts';

const POLL_MS = 200;

/** Watches the stack's processes: one that ends although no fault ended it is a finding. */
export class ProcessWatch {
  readonly #processes: EmbeddedStack['processes'];
  readonly #doomed = new Set<number>();
  readonly #lastSeen = new Map<StackProcessName, number>();
  readonly #unprovoked: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param processes as of now; an id changes when its process is started again */
  constructor(processes: EmbeddedStack['processes']) {
    this.#processes = processes;
  }

  /** Begins to look, again and again, until `stop`. */
  start(): void {
    this.look();
    this.#timer = setInterval(() => this.look(), POLL_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A fault ends this process. */
  expectDeath(pid: number): void {
    this.#doomed.add(pid);
  }

  /** Looks once. */
  look(): void {
    for (const { name, pid } of this.#processes()) {
      const before = this.#lastSeen.get(name);
      this.#lastSeen.set(name, pid);
      if (before === undefined || before === pid || this.#doomed.has(before)) {
        continue;
      }
      this.#unprovoked.push(`${new Date().toISOString()} ${name}: process ${before} ended, ${pid} took its place`);
    }
  }

  /** The deaths that no fault caused, each described. */
  get unprovoked(): readonly string[] {
    return this.#unprovoked;
  }
}
