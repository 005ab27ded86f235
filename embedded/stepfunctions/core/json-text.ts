import type { Json } from '../language/json.ts';

/** Payloads may be this many bytes of UTF-8. */
export const MAX_PAYLOAD_BYTES = 262_144;

const texts = new WeakMap<object, string>();

/**
 * A value as JSON text. One state's output is the next one's input, so the text of a large value is remembered
 * for as long as the value itself lives.
 */
export function jsonText(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  texts.set(value, text);
  return text;
}

/** Whether a payload is larger than Step Functions lets pass. */
export function exceedsPayloadLimit(value: Json): boolean {
  const text = jsonText(value);
  if (text.length > MAX_PAYLOAD_BYTES) return true;
  return text.length * 3 > MAX_PAYLOAD_BYTES && Buffer.byteLength(text) > MAX_PAYLOAD_BYTES;
}
