import { v4, v5 } from 'uuid';

/** Namespace of the order ids that are made from idempotency keys (RFC 9562, section 5.5). */
const NAMESPACE = '3f2a1c7e-8f0b-5b52-9b1e-6d1f2c9a4e70';

/**
 * The id of a new order, lower-case. With an idempotency key it is a function of the key (and of the owner, so that one
 * customer's key never meets another's): a repeated request names the same order, without a lookup.
 */
export function newOrderId(idempotencyKey?: string, owner?: string): string {
  if (idempotencyKey === undefined) {
    return v4();
  }
  return v5(idempotencyKey, owner === undefined ? NAMESPACE : v5(owner, NAMESPACE));
}
