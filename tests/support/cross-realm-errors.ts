import { isNativeError } from 'node:util/types';

/**
 * Imported for its side effect: makes `instanceof Error` hold for Node's own errors. Jest runs each test file in a realm of its
 * own, whose `Error` differs from that of Node's sockets.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, candidate: unknown): boolean {
    const inRealm = Function.prototype[Symbol.hasInstance].call(this, candidate);
    return inRealm || (this === Error && isNativeError(candidate));
  },
});
