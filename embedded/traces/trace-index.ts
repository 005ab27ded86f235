/** Ids of traces by a key. */
export class TraceIndex {
  readonly #traces = new Map<string, Set<string>>();

  /** The number of keys. */
  get size(): number {
    return this.#traces.size;
  }

  of(key: string): readonly string[] {
    return [...(this.#traces.get(key) ?? [])];
  }

  add(key: string, traceId: string): void {
    this.#traces.set(key, (this.#traces.get(key) ?? new Set()).add(traceId));
  }

  delete(key: string, traceId: string): void {
    const traces = this.#traces.get(key);
    traces?.delete(traceId);
    if (traces?.size === 0) {
      this.#traces.delete(key);
    }
  }
}

/** The latest keys, in a bounded number. */
export class RecentKeys {
  readonly #most: number;
  readonly #keys = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  add(key: string): void {
    this.#keys.delete(key);
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size > this.#most && oldest !== undefined) {
      this.#keys.delete(oldest);
    }
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }
}
