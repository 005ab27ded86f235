/** What a piece of work says: nothing, or that no further item is to be begun. */
export type EachOutcome = undefined | 'STOP';

/**
 * Runs the work for each item, so many at a time. After a failure or a STOP no further item is begun.
 *
 * @returns once all work that was begun has ended
 * @throws the first failure
 */
export async function eachOf<Item>(
  items: Iterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<EachOutcome> | Promise<void>,
): Promise<void> {
  // All workers draw from one iterator.
  const waiting = items[Symbol.iterator]();
  let isStopped = false;
  const worker = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true && !isStopped; next = waiting.next()) {
      try {
        if ((await work(next.value)) === 'STOP') {
          isStopped = true;
        }
      } catch (error) {
        isStopped = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  for (const each of ended) {
    if (each.status === 'rejected') {
      throw each.reason;
    }
  }
}
