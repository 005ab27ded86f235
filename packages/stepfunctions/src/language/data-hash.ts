import { createHash } from 'node:crypto';

const ALGORITHMS: { readonly [name: string]: string } = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** The algorithms that `States.Hash` and `$hash` take. */
export const hashAlgorithms: readonly string[] = Object.keys(ALGORITHMS);

/** The hexadecimal digest of a text, or `undefined` for an algorithm that Step Functions does not know. */
export function hashText(text: string, algorithm: string): string | undefined {
  const known = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
  return known === undefined ? undefined : createHash(known).update(text).digest('hex');
}
