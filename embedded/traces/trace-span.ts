import { ATTRIBUTES } from '../../telemetry/attributes.ts';

/** What a span was for the process that made it; see OpenTelemetry's `SpanKind`. */
export const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;

/** A kind of {@link SPAN_KINDS}. */
export type SpanKindName = (typeof SPAN_KINDS)[number];

/** `ERROR` marks a fault. An expected refusal has none, and its `error.type` says what it was. */
export const SPAN_STATUSES = ['UNSET', 'OK', 'ERROR'] as const;

/** A status of {@link SPAN_STATUSES}. */
export type SpanStatusName = (typeof SPAN_STATUSES)[number];

/** Attributes by their names. */
export type ShownAttributes = Readonly<Record<string, ShownValue>>;

/** The value of an attribute. */
export type ShownValue = string | number | boolean | readonly (string | number | boolean)[];

/** Something that happened during a span. */
export interface TraceEvent {
  readonly name: string;
  /** Microseconds since 1970. */
  readonly atUs: number;
  readonly attributes: ShownAttributes;
}

/** A span as it is kept: what a person reads of it, and nothing else of what its sender said. */
export interface TraceSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** The process that made it, such as `inventory`. */
  readonly service: string;
  readonly kind: SpanKindName;
  /** Microseconds since 1970. */
  readonly startUs: number;
  readonly durationUs: number;
  readonly status: SpanStatusName;
  readonly attributes: ShownAttributes;
  readonly events: readonly TraceEvent[];
  /** Spans of other traces that this one has to do with. */
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** The order that a span is about; undefined where it does not say. */
export function orderOf({ attributes }: TraceSpan): string | undefined {
  const id = attributes[ATTRIBUTES.ORDER_ID];
  return typeof id === 'string' ? id : undefined;
}

/** Whether a span is a read of the API that began a trace, such as those by which the console keeps its pages fresh. */
export function isRead({ kind, parentSpanId, attributes }: TraceSpan): boolean {
  return kind === 'SERVER' && parentSpanId === undefined && attributes[ATTRIBUTES.HTTP_METHOD] === 'GET';
}
