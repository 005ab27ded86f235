import type { JsonObject } from '../language/json.ts';

/** An error that the API answered. */
export class AnsweredError extends Error {
  override readonly name = 'AnsweredError';
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status: number) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/**
 * Calls an action over HTTP.
 *
 * @throws {AnsweredError} the API refused
 * @throws {TypeError} no answer came
 */
export async function callAction(url: string, action: string, body: JsonObject = {}): Promise<JsonObject> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${action}` },
    body: JSON.stringify(body),
  });
  const answer = JSON.parse(await response.text()) as JsonObject;
  if (response.ok) {
    return answer;
  }
  throw new AnsweredError(String(answer.__type), String(answer.message ?? ''), response.status);
}
