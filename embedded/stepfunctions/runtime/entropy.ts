import { randomFillSync } from 'node:crypto';

const BYTES_PER_EVENT = 16;
const pool = Buffer.alloc(BYTES_PER_EVENT * 1_024);
let used = pool.length;

/** 32 unguessable hexadecimal digits. Asking the system once for many is what makes it cheap enough for every event. */
export const entropy = (): string => {
  if (used >= pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const digits = pool.toString('hex', used, used + BYTES_PER_EVENT);
  used += BYTES_PER_EVENT;
  return digits;
};
