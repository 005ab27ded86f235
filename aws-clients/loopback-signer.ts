import type { HttpRequest, RequestSigner } from '@smithy/types';

/** A plain-text address of this machine: no AWS service listens there, so nobody checks a signature. */
const LOOPBACK = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])([:/]|$)/;

/** The header names its region and service for emulators that tell services apart by it. */
function authorizationFor(service: string, region: string): string {
  return `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
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
  if (endpoint === undefined || !LOOPBACK.test(endpoint)) {
    return {};
  }
  const authorization = authorizationFor(service, region ?? 'us-east-1');
  const sign = async (request: HttpRequest): Promise<HttpRequest> => {
    Object.assign(request.headers, { authorization, 'x-amz-date': '20260101T000000Z' });
    return request;
  };
  return { signer: { sign } };
}
