/**
 * Work in flight, at most one piece per key. A second caller waits for the first and then looks again:
 *
 * @example
 * for (let other = inFlight.ending(key); other; other = inFlight.ending(key)) {
 *   await other;
 * }
 * await inFlight.begin(key, work);
 */
export class InFlight<Key> {
  readonly #work = new Map<Key, Promise<unknown>>();

  /**
   * Resolves, never rejects, when the work in flight for this key has ended. Answers `undefined` when there is none:
   * {@link begin} may then be called as long as nothing is awaited in between.
   */
  ending(key: Key): Promise<void> | undefined {
    return this.#work.get(key)?.then(
      () => undefined,
      () => undefined,
    );
  }

  /** Begins work. No other work may be in flight for this key. */
  begin<T>(key: Key, work: () => Promise<T>): Promise<T> {
    const result = work().finally(() => this.#work.delete(key));
    this.#work.set(key, result);
    return result;
  }
}
