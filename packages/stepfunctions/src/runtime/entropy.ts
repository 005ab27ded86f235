import { randomFillSync } from 'node:crypto';

/** As many as a task token is promised to have: what is derived from an event is no harder to guess than the event's own. */
const BYTES_PER_EVENT = 32;
const pool = Buffer.alloc(BYTES_PER_EVENT * 1_024);
let used = pool.length;

/** 64 unguessable hexadecimal digits, 256 bits of the system's own generator. Asking the system once for many is what makes it cheap enough for every event. */
export function entropy(): string {
  if (used >= pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const digits = pool.toString('hex', used, used + BYTES_PER_EVENT);
  used += BYTES_PER_EVENT;
  return digits;
}
