import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const BODY_LIMIT_BYTES = 16_384;

/** Whether a request is in the format of AWS's query APIs. STS is the only one of them here. */
export function isQuery({ method, headers }: IncomingMessage): boolean {
  return method === 'POST' && String(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
}

/**
 * Answers STS's GetCallerIdentity, with which tools learn the account.
 *
 * @returns false when the request was another one and is still unanswered
 */
export async function answerCallerIdentity(
  request: IncomingMessage,
  response: ServerResponse,
  account: string,
): Promise<boolean> {
  let body = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    body += chunk.toString('utf8');
    if (body.length > BODY_LIMIT_BYTES) {
      return false;
    }
  }
  if (new URLSearchParams(body).get('Action') !== 'GetCallerIdentity') {
    return false;
  }
  response.writeHead(200, { 'content-type': 'text/xml' });
  response.end(
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
      `<Arn>arn:aws:iam::${account}:root</Arn><UserId>${account}</UserId><Account>${account}</Account>` +
      `</GetCallerIdentityResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>` +
      `</GetCallerIdentityResponse>`,
  );
  return true;
}
