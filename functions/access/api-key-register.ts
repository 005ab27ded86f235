import { timingSafeEqual } from 'node:crypto';
import { hashOfApiKey } from './api-key.ts';
import type { Authenticate } from './authentication.ts';

/** One key as it is configured. */
export interface RegisteredApiKey {
  /** Whose it is; several keys may have one name, so that a key can be exchanged. */
  readonly name: string;
  readonly hash: Buffer;
}

/** The header that carries a key. */
export const API_KEY_HEADER = 'X-Api-Key';

const ENTRY = /^([A-Za-z0-9._-]{1,64}):sha256:([0-9a-f]{64})$/;

/** Longer than any key of ours: it is not even hashed. */
const LONGEST_KEY = 256;

/**
 * Reads `API_KEYS`: `name:sha256:<64 hex digits>`, several with commas in between.
 *
 * @throws Error naming the entry by its place, never by its content
 */
export function parseApiKeys(text: string): readonly RegisteredApiKey[] {
  return text.split(',').map((entry, index) => {
    const [, name, hash] = ENTRY.exec(entry.trim()) ?? [];
    if (name === undefined || hash === undefined) {
      throw new Error(`API_KEYS: entry ${index + 1} must be <name>:sha256:<64 hex digits>; npm run api-key makes one`);
    }
    return { name, hash: Buffer.from(hash, 'hex') };
  });
}

/** The text that `parseApiKeys` reads. */
export function apiKeyEntry({ name, hash }: RegisteredApiKey): string {
  return `${name}:sha256:${hash.toString('hex')}`;
}

/** Knows callers by their API key. Every registered hash is compared, each in constant time. */
export function authenticateByApiKey(keys: readonly RegisteredApiKey[]): Authenticate {
  return async (header) => {
    const key = header(API_KEY_HEADER);
    if (key === undefined || key === '') {
      return { outcome: 'REFUSED', why: 'no API key' };
    }
    if (key.length > LONGEST_KEY) {
      return { outcome: 'REFUSED', why: 'an API key beyond all length' };
    }
    const hash = hashOfApiKey(key);
    const found = keys.filter((registered) => timingSafeEqual(registered.hash, hash));
    const [match] = found;
    return match === undefined
      ? { outcome: 'REFUSED', why: 'an unknown API key' }
      : { outcome: 'AUTHENTICATED', caller: { owner: match.name } };
  };
}
