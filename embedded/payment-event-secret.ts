import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const SECRET_BYTES = 32;

/** What is left of it where a power cut or a full disk came in between is no secret. */
const WHOLE = /^whsec_[A-Za-z0-9+/]{43}=\n$/;

/**
 * The secret with which the simulated provider signs its events. Each data folder has its own, in a file that only its owner
 * may read.
 *
 * @param file made where it does not exist, and made anew where it is damaged: both sides read it at the start
 */
export function paymentEventSecret(file: string): string {
  const kept = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (WHOLE.test(kept)) {
    return kept.trim();
  }
  const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}
