import type { Json } from '../language/json.ts';
import { nestingComplaint } from '../language/nesting.ts';

/** Payloads may be this many bytes of UTF-8. */
export const MAX_PAYLOAD_BYTES = 262_144;

let latest: { readonly value: object; readonly text: string } | undefined;

/**
 * A value as JSON text. A result is measured, recorded as one state's output and again as the next one's input, one
 * right after the other: the latest text is kept.
 */
export function jsonText(value: Json): string {
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value);
  }
  if (latest?.value !== value) {
    latest = { value, text: JSON.stringify(value) };
  }
  return latest.text;
}

/** Whether a payload is larger, or nested deeper, than Step Functions lets pass. */
export function exceedsPayloadLimit(value: Json): boolean {
  const text = textOrTooDeep(value);
  if (text === undefined || text.length > MAX_PAYLOAD_BYTES || nestingComplaint(text) !== undefined) {
    return true;
  }
  return text.length * 3 > MAX_PAYLOAD_BYTES && Buffer.byteLength(text) > MAX_PAYLOAD_BYTES;
}

/** The value as text; undefined where it is nested too deep even for that. */
function textOrTooDeep(value: Json): string | undefined {
  try {
    return jsonText(value);
  } catch (error) {
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}
