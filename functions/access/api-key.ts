import { createHash, randomBytes } from 'node:crypto';

/** Lets scanners for lost secrets know one of ours. */
const PREFIX = 'orders_';
const SECRET_BYTES = 32;

/** A new API key: 256 random bits, so that no guess and no table of hashes ever meets it. */
export function newApiKey(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
}

/**
 * What is kept of a key. A plain hash is enough: slow and salted ones protect passwords, which people choose, and this
 * is no password.
 */
export function hashOfApiKey(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest();
}
