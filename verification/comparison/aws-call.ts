/** A value of JSON that is an object. */
export type JsonObject = { readonly [name: string]: unknown };

/**
 * Calls an action of Step Functions, unsigned: the compared endpoints check no signature.
 *
 * @throws {Error} the answer is no success, or nothing answers
 */
export async function call(url: string, action: string, body: JsonObject): Promise<JsonObject> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AWSStepFunctions.${action}`,
      // Some endpoints find the service that is called by this header.
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20300101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=none',
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok || !text.startsWith('{')) {
    throw new Error(`${action}: ${text}`);
  }
  return JSON.parse(text) as JsonObject;
}
