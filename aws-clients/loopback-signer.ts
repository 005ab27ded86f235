import type { HttpRequest, RequestSigner } from '@smithy/types';

/** A plain-text address of this machine: no AWS service listens there, so nobody checks a signature. */
const LOOPBACK = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])([:/]|$)/;

/** Whether an endpoint is on this machine, without encryption. */
export function isLoopback(endpoint: string | undefined): endpoint is string {
  return endpoint !== undefined && LOOPBACK.test(endpoint);
}

/**
 * Headers in place of a signature. They name region and service for emulators that tell services apart by them.
 *
 * @param service as in a signature's scope, e.g. `dynamodb`
 */
export function unsignedHeaders(service: string, region = 'us-east-1'): Readonly<Record<string, string>> {
  const scope = `local/20260101/${region}/${service}/aws4_request`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
    'x-amz-date': '20260101T000000Z',
  };
}

/**
 * The signer for clients of an endpoint on this machine, which saves a fifth of a call's CPU time. Empty for every other
 * endpoint: those requests are signed by the SDK.
 *
 * @param service as in a signature's scope, e.g. `dynamodb`
 */
export function loopbackSigner(
  endpoint: string | undefined,
  service: string,
  region: string | undefined,
): { readonly signer?: RequestSigner } {
  if (!isLoopback(endpoint)) {
    return {};
  }
  const headers = unsignedHeaders(service, region);
  const sign = async (request: HttpRequest): Promise<HttpRequest> => {
    Object.assign(request.headers, headers);
    return request;
  };
  return { signer: { sign } };
}
