import type { EmbeddedStack, StackProcessName } from '../../../embedded/stack.ts';

const POLL_MS = 200;

/** Watches the processes of the stack: one that ends without a fault is a finding. */
export class ProcessWatch {
  readonly #processes: EmbeddedStack['processes'];
  readonly #expected = new Set<number>();
  readonly #lastSeen = new Map<StackProcessName, number>();
  readonly #unprovoked: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param processes reads the current processes; a restarted process has another id */
  constructor(processes: EmbeddedStack['processes']) {
    this.#processes = processes;
  }

  /** Looks repeatedly until `stop`. */
  start(): void {
    this.look();
    this.#timer = setInterval(() => this.look(), POLL_MS).unref();
  }

  /** Stops looking. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Announces that a fault ends this process. */
  expectDeath(pid: number): void {
    this.#expected.add(pid);
  }

  /** Looks once. */
  look(): void {
    for (const { name, pid } of this.#processes()) {
      const before = this.#lastSeen.get(name);
      this.#lastSeen.set(name, pid);
      if (before === undefined || before === pid || this.#expected.has(before)) {
        continue;
      }
      this.#unprovoked.push(`${new Date().toISOString()} ${name}: process ${before} ended, ${pid} took its place`);
    }
  }

  /** The deaths without a fault, each described. */
  get unprovoked(): readonly string[] {
    return this.#unprovoked;
  }
}
