import { isNativeError } from 'node:util/types';

/**
 * Imported for its effect: `instanceof Error` holds for Node's own errors too. Jest runs a test file in a realm of its
 * own, whose `Error` is not the one that Node's sockets throw; outside of Jest there is one only.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, candidate: unknown): boolean {
    const inRealm = Function.prototype[Symbol.hasInstance].call(this, candidate);
    return inRealm || (this === Error && isNativeError(candidate));
  },
});
