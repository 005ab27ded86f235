import type { Context, Span, SpanKind } from '@opentelemetry/api';
import type { SpanAttributes } from './attributes.ts';

/** What a span says before its work begins. */
export interface SpanDescription {
  readonly name: string;
  readonly kind: keyof typeof SpanKind;
  /** `traceparent` of the parent; absent: the span that is active. */
  readonly parent?: string | undefined;
  /** `traceparent` that names the span itself. Absent: the trace of the parent, and a new id. */
  readonly self?: string | undefined;
  /** True: without a parent there is no span. */
  readonly onlyAsChild?: boolean;
  readonly attributes?: SpanAttributes;
}

/** Makes spans, and exports them over OTLP. */
export interface SpanExport {
  readonly tracer: { readonly startSpan: (description: SpanDescription, within: Context) => Span };
  /** Exports what has ended. Never throws. */
  readonly flush: () => Promise<void>;
}

/** The attributes without those that are undefined, as OpenTelemetry's API takes them. */
export function present(attributes: SpanAttributes): Record<string, string | number | string[]> {
  const entries = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === 'object' ? [...value] : value] as const],
  );
  return Object.fromEntries(entries);
}
