import type { Json, JsonObject } from './json.ts';

/** Tells a JSON object from every other JSON value, arrays and `null` included. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
