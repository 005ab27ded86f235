import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isQuery } from './caller-identity.ts';
import { decodeUrlPart } from './url-decoding.ts';

/** What a refusal says. */
export interface Refusal {
  readonly status: number;
  /** AWS's code of the error. */
  readonly type: string;
  readonly message: string;
}

const NAVIGATION = /^(?:GET|HEAD)$/;

/** Answers with a refusal in the format of the service that the request is for, or as text to a person's browser. */
export function answerRefusal(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent || response.destroyed) {
    return;
  }
  const { status, type, message } = refusal;
  const [contentType, body] = written(request, refusal);
  response.writeHead(status, {
    'content-type': contentType,
    'x-amzn-errortype': type,
    'x-amzn-requestid': randomUUID(),
  });
  response.end(request.method === 'HEAD' ? undefined : body || message);
}

function written(request: IncomingMessage, { type, message }: Refusal): readonly [contentType: string, body: string] {
  const service = serviceOf(request);
  if (service === undefined && NAVIGATION.test(request.method ?? '') && accepts(request, 'text/html')) {
    return ['text/plain; charset=utf-8', `${message}\n`];
  }
  const error = `<Code>${escaped(type)}</Code><Message>${escaped(message)}</Message>`;
  if (service === 's3') {
    return ['application/xml', `<Error>${error}<RequestId>${randomUUID()}</RequestId></Error>`];
  }
  if (service === 'ec2') {
    const errors = `<Errors><Error>${error}</Error></Errors>`;
    return ['text/xml', `<Response>${errors}<RequestID>${randomUUID()}</RequestID></Response>`];
  }
  if (isQuery(request) || service === 'route53' || service === 'cloudfront') {
    const sender = `<Error><Type>Sender</Type>${error}</Error>`;
    return ['text/xml', `<ErrorResponse>${sender}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`];
  }
  if (service === 'lambda') {
    return ['application/json', JSON.stringify({ Type: 'User', Message: message })];
  }
  return ['application/x-amz-json-1.0', JSON.stringify({ __type: type, message })];
}

/** The service that a signed request names; `undefined` for a request without a signature. */
export function serviceOf({ headers, url = '' }: IncomingMessage): string | undefined {
  const credential = `${headers.authorization ?? ''} ${decodeUrlPart(url)}`;
  return /Credential=[^/\s]*\/\d{8}\/[^/]*\/(?<service>[a-z0-9-]+)\/aws4_request/i.exec(credential)?.groups?.service;
}

function accepts({ headers }: IncomingMessage, type: string): boolean {
  return String(headers.accept ?? '').includes(type);
}

function escaped(text: string): string {
  return text.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
}
