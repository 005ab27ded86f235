import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Refusal } from './wire-fault.ts';

/** What a unary call came to: the answer's bytes, or the error with its code and trailers. */
export type GrpcReply = { readonly answer: Buffer } | { readonly error: ServiceError };

/** With these codes the service may never have heard of the call. */
const neverArrived: ReadonlySet<status> = new Set([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED]);

/** Whether a reply shows that the service has got the call. */
export function hasArrived(reply: GrpcReply): boolean {
  return 'answer' in reply || !neverArrived.has(reply.error.code);
}

const refusalCodes: Readonly<Record<Refusal, status>> = {
  reset: status.UNAVAILABLE,
  'server error': status.INTERNAL,
  throttled: status.RESOURCE_EXHAUSTED,
};

/** The error that a refused call ends with. */
export function refusalError(refusal: Refusal): ServiceError {
  const details = `A fault was injected: ${refusal}`;
  return Object.assign(new Error(details), { code: refusalCodes[refusal], details, metadata: new Metadata() });
}
