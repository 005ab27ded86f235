import type { Metadata } from '@grpc/grpc-js';

/** W3C Trace Context, version 00: trace id, parent id and flags in lower-case hexadecimal. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's `traceparent`; undefined where it sent none or something else under that name. */
export function traceparentOf(metadata: Metadata): string | undefined {
  const [value] = metadata.get('traceparent');
  return typeof value === 'string' && TRACEPARENT.test(value) ? value : undefined;
}
