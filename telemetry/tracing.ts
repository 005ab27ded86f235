import { context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { ATTRIBUTES, type SpanAttributes } from './attributes.ts';
import { present, type SpanDescription, type SpanExport } from './span.ts';
import { spanContextOf, traceparentOf } from './trace-context.ts';

/** The span of work that is being done. */
export interface WorkSpan {
  /** Its `traceparent`, for calls to others; undefined where there is no span. */
  readonly traceparent: string | undefined;
  readonly set: (attributes: SpanAttributes) => void;
  /** The work failed. Not a fault: an expected refusal, of which nobody needs to be told. */
  readonly fail: (type: string, isFault: boolean) => void;
}

const NO_SPAN: WorkSpan = { traceparent: undefined, set: () => undefined, fail: () => undefined };

let isOn: boolean | undefined;
let service = 'orders';
let spanExport: Promise<SpanExport> | undefined;

/** True where spans are exported: `OTEL_EXPORTER_OTLP_ENDPOINT` is set. It is read once. */
export function isTracingOn(): boolean {
  isOn ??= (process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? '') !== '';
  return isOn;
}

/** Sets the `service.name` of this process's spans, before the first of them. */
export function nameTracedService(name: string): void {
  service = name;
}

/** OpenTelemetry's SDK is loaded for the first span only: a process without tracing pays nothing for it. */
function startedExport(): Promise<SpanExport> {
  spanExport ??= import('./span-export.ts').then(({ startSpanExport }) => startSpanExport(service));
  return spanExport;
}

/**
 * Does the work within a span, where spans are exported. The work's own error passes through; it marks the span as failed,
 * unless the work has called `fail` before.
 */
export async function traced<Result>(
  description: SpanDescription,
  work: (span: WorkSpan) => Promise<Result>,
): Promise<Result> {
  if (!isTracingOn()) {
    return work(NO_SPAN);
  }
  const { tracer } = await startedExport();
  const parent = spanContextOf(description.parent);
  const active = context.active();
  const within = parent === undefined ? active : trace.setSpanContext(active, parent);
  if (description.onlyAsChild === true && trace.getSpanContext(within) === undefined) {
    return work(NO_SPAN);
  }
  const span = tracer.startSpan(description, within);
  return context.with(trace.setSpan(within, span), () => done(span, work));
}

async function done<Result>(span: Span, work: (span: WorkSpan) => Promise<Result>): Promise<Result> {
  let failed = false;
  const fail = (type: string, isFault: boolean): void => {
    failed = true;
    span.setAttribute(ATTRIBUTES.ERROR_TYPE, type);
    if (isFault) {
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
  };
  try {
    return await work({
      traceparent: traceparentOf(span.spanContext()),
      set: (attributes) => void span.setAttributes(present(attributes)),
      fail,
    });
  } catch (error) {
    if (!failed) {
      fail(error instanceof Error ? error.name : typeof error, true);
    }
    throw error;
  } finally {
    span.end();
  }
}

/** `traceparent` of the active span where it belongs to this trace; otherwise the given one. */
export function parentInTrace(traceparent: string): string {
  const active = isTracingOn() ? trace.getActiveSpan()?.spanContext() : undefined;
  return active !== undefined && active.traceId === spanContextOf(traceparent)?.traceId
    ? traceparentOf(active)
    : traceparent;
}

/** Links the active span with the span that a `traceparent` names, where that belongs to another trace. */
export function linkActiveSpan(traceparent: string, attributes: SpanAttributes = {}): void {
  const span = isTracingOn() ? trace.getActiveSpan() : undefined;
  const other = spanContextOf(traceparent);
  if (span === undefined || other === undefined) {
    return;
  }
  span.setAttributes(present(attributes));
  if (span.spanContext().traceId !== other.traceId) {
    span.addLink({ context: other });
  }
}

/**
 * Exports the spans that have ended. Never throws, and takes half a second at most: a collector that is down must not slow
 * the work down.
 */
export async function flushSpans(): Promise<void> {
  if (spanExport !== undefined) {
    await (await spanExport).flush();
  }
}
