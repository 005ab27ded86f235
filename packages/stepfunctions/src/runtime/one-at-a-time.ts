/** Work of which only one may be under way for each thing it is about. Whoever comes second waits and looks again. */
export class OneAtATime<Key> {
  readonly #underWay = new Map<Key, Promise<unknown>>();

  /**
   * Resolves, never rejects, when the work under way for this key has ended; `undefined` when there is none, and then
   * {@link begin} may be called as long as nothing is awaited in between.
   */
  ending(key: Key): Promise<void> | undefined {
    return this.#underWay.get(key)?.then(
      () => undefined,
      () => undefined,
    );
  }

  /** Begins work; no other is under way for this key. */
  begin<T>(key: Key, work: () => Promise<T>): Promise<T> {
    const result = work().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, result);
    return result;
  }
}
