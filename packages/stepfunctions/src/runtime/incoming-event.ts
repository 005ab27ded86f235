import type { EventCircumstances, ExecutionEvent } from '../core/event.ts';
import { entropy } from './entropy.ts';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An event before the shell has taken it in. */
export type IncomingEvent = Without<ExecutionEvent, keyof EventCircumstances>;

/** Takes an event in: now, and with fresh randomness. */
export function takeIn(event: IncomingEvent): ExecutionEvent {
  return { ...event, at: Date.now(), entropy: entropy() };
}
