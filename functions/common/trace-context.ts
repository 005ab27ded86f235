import { randomBytes } from 'node:crypto';
import { parseTraceParent } from '@opentelemetry/core';

/**
 * A W3C `traceparent` for work that was asked for with `incoming`: the same trace, a new span. A header that is absent
 * or not valid starts a new trace (W3C Trace Context, section 3.2.2.5 and 4).
 */
export function continueTrace(incoming: string | undefined): string {
  const parent = incoming === undefined ? null : parseTraceParent(incoming);
  const traceId = parent?.traceId ?? randomBytes(16).toString('hex');
  const flags = (parent?.traceFlags ?? 1).toString(16).padStart(2, '0');
  return `00-${traceId}-${randomBytes(8).toString('hex')}-${flags}`;
}
