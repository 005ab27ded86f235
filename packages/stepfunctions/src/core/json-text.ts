import type { Json } from '../language/json.ts';
import { nestingComplaint } from '../language/nesting.ts';

/** The size limit of a payload, in bytes of UTF-8. */
export const MAX_PAYLOAD_BYTES = 262_144;

let latest: { readonly value: object; readonly text: string } | undefined;

/**
 * A value as JSON text. The latest text is cached: a result is measured, then recorded as output and again as the next
 * input.
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

/** Whether a payload exceeds the size or depth that Step Functions accepts. */
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
