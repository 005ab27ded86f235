import type { EventView, StateError } from '../components/model.ts';
import type { HistoryEvent } from './answers.ts';

/** The one member of an event that holds its details. */
export function detailsOf(event: HistoryEvent): object {
  for (const [name, value] of Object.entries(event)) {
    if (name.endsWith('EventDetails') && typeof value === 'object' && value !== null) {
      return value;
    }
  }
  return {};
}

/** The error that an event tells. */
export function errorOf({ error, cause }: { readonly error?: unknown; readonly cause?: unknown }): StateError {
  return {
    name: typeof error === 'string' && error !== '' ? error : 'unknown error',
    ...(typeof cause === 'string' && cause !== '' && { message: messageOf(cause) }),
  };
}

/** Lambda's causes are JSON with a message in it. */
function messageOf(cause: string): string {
  const value = parsed(cause);
  return typeof value === 'object' && value !== null && 'errorMessage' in value ? String(value.errorMessage) : cause;
}

/** A text of the history as the value that it holds. */
export function parsed(text: unknown): unknown {
  if (typeof text !== 'string') {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    // Too long to be in the history, or no JSON.
    return text;
  }
}

/** A time of the API in ISO 8601. */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}

/** An event as the panels show it. */
export function viewOf({ id, timestamp, type }: HistoryEvent, state: string | undefined): EventView {
  return { id, at: isoTime(timestamp), type, ...(state !== undefined && { state }) };
}
