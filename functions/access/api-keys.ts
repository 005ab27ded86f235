import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ConfigurationError } from '../common/configuration.ts';
import type { Authenticate } from './authentication.ts';
import type { Role } from './roles.ts';

/** A registered key: its owner, its role and its hash, never the key itself. */
export interface RegisteredApiKey {
  /** The owner. Several keys may share one name, so that a key can be rotated. */
  readonly name: string;
  readonly hash: Buffer;
  /** Absent: customer. */
  readonly role?: Role;
}

/** The header that carries a key. */
export const API_KEY_HEADER = 'X-Api-Key';

/** Scanners for leaked secrets recognise our keys by it. */
const PREFIX = 'orders_';
const SECRET_BYTES = 32;
const ENTRY = /^([A-Za-z0-9._-]{1,64}):sha256:([0-9a-f]{64})(?::(customer|operator))?$/;

/** Longest text that is hashed, in characters; every key of ours is shorter. */
const MAX_KEY_LENGTH = 256;

/** A new API key with 256 random bits: too many to guess, or to look up by hash. */
export function newApiKey(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
}

/** The SHA-256 hash under which a key is kept. Slow, salted hashes are for passwords, which people choose. */
export function hashOfApiKey(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest();
}

/**
 * Reads `API_KEYS`: `name:sha256:<64 hex digits>` for a customer, with `:operator` behind it for an operator, separated by
 * commas.
 *
 * @throws ConfigurationError naming the entry by its position, never by its content
 */
export function parseApiKeys(text: string): readonly RegisteredApiKey[] {
  return text.split(',').map((entry, index) => {
    const [, name, hash, role] = ENTRY.exec(entry.trim()) ?? [];
    if (name === undefined || hash === undefined) {
      throw new ConfigurationError(
        `API_KEYS: entry ${index + 1} must be <name>:sha256:<64 hex digits>, for an operator with :operator behind it; ` +
          'npm run api-key makes one',
      );
    }
    return { name, hash: Buffer.from(hash, 'hex'), ...(role === 'operator' && { role }) };
  });
}

/** The entry of `API_KEYS` that {@link parseApiKeys} reads. */
export function apiKeyEntry({ name, hash, role = 'customer' }: RegisteredApiKey): string {
  return `${name}:sha256:${hash.toString('hex')}${role === 'customer' ? '' : `:${role}`}`;
}

/** Authenticates callers by their API key. Every registered hash is compared, each in constant time. */
export function authenticateByApiKey(keys: readonly RegisteredApiKey[]): Authenticate {
  return async (header) => {
    const key = header(API_KEY_HEADER);
    if (key === undefined || key === '') {
      return { outcome: 'REFUSED', why: 'no API key' };
    }
    if (key.length > MAX_KEY_LENGTH) {
      return { outcome: 'REFUSED', why: 'an API key that is too long' };
    }
    const hash = hashOfApiKey(key);
    const [match] = keys.filter((registered) => timingSafeEqual(registered.hash, hash));
    return match === undefined
      ? { outcome: 'REFUSED', why: 'an unknown API key' }
      : { outcome: 'AUTHENTICATED', caller: { owner: match.name, role: match.role ?? 'customer' } };
  };
}
