import type { Metadata } from '@grpc/grpc-js';
import { parseTraceParent } from '@opentelemetry/core';

/** The caller's W3C `traceparent`; undefined where it sent none or something else under that name. */
export function traceparentOf(metadata: Metadata): string | undefined {
  const [value] = metadata.get('traceparent');
  return typeof value === 'string' && parseTraceParent(value) !== null ? value : undefined;
}
