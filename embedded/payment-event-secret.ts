import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const SECRET_BYTES = 32;

/**
 * The secret with which the simulated provider signs its events. Each data folder has its own, in a file that only its owner
 * may read.
 *
 * @param file made where it does not exist
 */
export function paymentEventSecret(file: string): string {
  try {
    writeFileSync(file, `whsec_${randomBytes(SECRET_BYTES).toString('base64')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
  }
  return readFileSync(file, 'utf8').trim();
}
