import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const BODY_LIMIT_BYTES = 16_384;

/** Whether a request may be one of AWS's query APIs, of which STS is the only one here. */
export function isQuery({ method, headers }: IncomingMessage): boolean {
  return method === 'POST' && String(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
}

/** STS's GetCallerIdentity, which tools ask to learn the account. Answers whether the request was one. */
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
