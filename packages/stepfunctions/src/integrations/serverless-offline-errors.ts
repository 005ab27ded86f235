import type { Json, JsonObject } from '../language/json.ts';

/**
 * serverless-offline's Lambda endpoint departs from AWS in two ways, both mended here and nowhere else:
 * - whatever a function throws, it answers `errorType: "Error"`; the true name is the first word of `trace[0]`
 * - a string that a function returns is put between quotes without being escaped
 */
export function mendErrorType(payload: JsonObject): JsonObject {
  const [first] = Array.isArray(payload.trace) ? (payload.trace as readonly Json[]) : [];
  if (payload.errorType !== 'Error' || typeof first !== 'string') {
    return payload;
  }
  const name = /^[\w$.]+/.exec(first)?.[0];
  return name === undefined ? payload : { ...payload, errorType: name };
}

/** Reads what a function returned; text that is no JSON is the string it stands for. */
export function readPayload(body: string): Json {
  if (body === '') {
    return null;
  }
  try {
    return JSON.parse(body) as Json;
  } catch {
    return body.length >= 2 && body.startsWith('"') && body.endsWith('"') ? body.slice(1, -1) : body;
  }
}
