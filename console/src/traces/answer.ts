/** Something that happened during a span. */
export interface SpanEvent {
  readonly name: string;
  readonly at_ms: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A piece of work of one process. Times are in milliseconds since the start of its trace. */
export interface Span {
  readonly span_id: string;
  readonly parent_span_id?: string;
  readonly name: string;
  readonly service: string;
  readonly kind: 'UNSPECIFIED' | 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER';
  readonly start_ms: number;
  readonly duration_ms: number;
  /** `ERROR` marks a fault. An expected refusal has the attribute `error.type` alone. */
  readonly status: 'UNSET' | 'OK' | 'ERROR';
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly SpanEvent[];
  readonly links: readonly { readonly trace_id: string; readonly span_id: string }[];
}

/** The spans of one request and of what it caused, in the order of their start. */
export interface Trace {
  readonly trace_id: string;
  readonly started_at: string;
  readonly duration_ms: number;
  readonly spans: readonly Span[];
  /** Spans that there was no room for. */
  readonly left_out: number;
}

/** `GET /laboratory/traces`: the order's own trace and those of the calls about it, the oldest first. */
export interface OrderTraces {
  readonly order_id: string;
  readonly traces: readonly Trace[];
  /** Whether newer traces have pushed some of the order's out. */
  readonly is_incomplete: boolean;
}
