import { randomFillSync } from 'node:crypto';
import type { EventCircumstances, ExecutionEvent } from '../core/event.ts';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An event that has no time and no entropy yet. */
export type IncomingEvent = Without<ExecutionEvent, keyof EventCircumstances>;

/** Stamps an event with its time and fresh entropy. The core has neither a clock nor a random source. */
export function stampEvent(event: IncomingEvent, at: number, waitScale: number): ExecutionEvent {
  return { ...event, at, waitScale, entropy: entropy() };
}

/** As many as a task token is promised to have, so nothing derived from an event is easier to guess than its token. */
const BYTES_PER_EVENT = 32;
const pool = Buffer.alloc(BYTES_PER_EVENT * 1_024);
let used = pool.length;

/**
 * Draws 64 unguessable hexadecimal digits: 256 bits of the system's generator. One system call fills the pool for 1,024
 * events, which makes a draw cheap enough for every event.
 */
export function entropy(): string {
  if (used >= pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const digits = pool.toString('hex', used, used + BYTES_PER_EVENT);
  used += BYTES_PER_EVENT;
  return digits;
}
