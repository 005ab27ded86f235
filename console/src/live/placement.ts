/** Sends an order with its idempotency key. */
export type SendOrder<Placed> = (order: object, idempotencyKey: string) => Promise<Placed>;

/**
 * Makes a function that places an order a click, each with a key of its own. Where nobody knows whether the order was taken,
 * the next click for the same order sends the same key, so it places that order and no second one.
 *
 * @param isUnknown whether an error leaves open what became of the order
 */
export function createPlacement<Placed>(
  send: SendOrder<Placed>,
  isUnknown: (error: unknown) => boolean,
): (order: object) => Promise<Placed> {
  const unanswered = new Map<string, string>();
  return async (order) => {
    const content = JSON.stringify(order);
    const key = unanswered.get(content) ?? crypto.randomUUID();
    // Two clicks at once are two orders, also after a failure.
    unanswered.delete(content);
    try {
      return await send(order, key);
    } catch (error) {
      if (isUnknown(error)) {
        unanswered.set(content, key);
      }
      throw error;
    }
  };
}
