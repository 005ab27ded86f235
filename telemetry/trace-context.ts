import { hash } from 'node:crypto';
import type { SpanContext } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

/** The span that a W3C `traceparent` names; undefined where the text is absent or not valid. */
export function spanContextOf(traceparent: string | undefined): SpanContext | undefined {
  const parsed = traceparent === undefined ? null : parseTraceParent(traceparent);
  return parsed === null ? undefined : { ...parsed, isRemote: true };
}

/** A span as a W3C `traceparent`. */
export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/**
 * A span id, as a function of what names the work: the same work, sent or done again, is the same span. So one process can
 * name the parent of a span that another process makes.
 *
 * @param parts at least one; neither their order nor their bounds are lost
 */
export function spanIdFrom(...parts: readonly (string | number)[]): string {
  const id = hash('sha256', JSON.stringify(parts)).slice(0, 16);
  // All zeros is no id (W3C Trace Context, section 3.2.2.4).
  return id === '0000000000000000' ? '0000000000000001' : id;
}

/** The `traceparent` of the span with this id, in the trace of another one. A text that is not valid stays as it is. */
export function traceparentWithSpan(traceparent: string, spanId: string): string {
  const parent = spanContextOf(traceparent);
  return parent === undefined ? traceparent : traceparentOf({ ...parent, spanId });
}
