import type { WireCall } from './wire-call.ts';

/** Remembers which order each task token was given out for: who answers to a token does not name the order. */
export class TokenOrders {
  readonly #orders = new Map<string, string>();

  /** The call with the order it is about, where that can be known. */
  identified(call: WireCall): WireCall {
    const { task_token, order_id } = call;
    if (task_token === undefined) {
      return call;
    }
    if (order_id !== undefined) {
      this.#orders.set(task_token, order_id);
      return call;
    }
    const known = this.#orders.get(task_token);
    return known === undefined ? call : { ...call, order_id: known };
  }
}
