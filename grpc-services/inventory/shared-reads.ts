/** Reads by key that callers share. */
export interface SharedReads<Result> {
  /** `read` is what the first caller with this key wants to be done; the others get its result, or its error. */
  readonly get: (key: string, read: () => Promise<Result>) => Promise<Result>;
}

/**
 * Lets callers who ask for the same at the same time share one read. A caller never gets a read that began before it asked:
 * while one is under way, all who come wait for the next one.
 */
export function createSharedReads<Result>(): SharedReads<Result> {
  const running = new Map<string, Promise<Result>>();
  const next = new Map<string, Promise<Result>>();
  return {
    get: (key, read) => {
      const current = running.get(key);
      if (current === undefined) {
        return start(key, read);
      }
      const waiting = next.get(key) ?? afterwards(current, key, read);
      next.set(key, waiting);
      return waiting;
    },
  };

  async function afterwards(current: Promise<Result>, key: string, read: () => Promise<Result>): Promise<Result> {
    await Promise.allSettled([current]);
    next.delete(key);
    return start(key, read);
  }

  async function start(key: string, read: () => Promise<Result>): Promise<Result> {
    const reading = read();
    running.set(key, reading);
    try {
      return await reading;
    } finally {
      if (running.get(key) === reading) {
        running.delete(key);
      }
    }
  }
}
