import { RecentKeys, TraceIndex } from './trace-index.ts';
import { isRead, orderOf, type TraceSpan } from './trace-span.ts';

/** What a buffer may hold. */
export interface TraceBufferLimits {
  readonly spans: number;
  /** Of the spans written as JSON. In memory they take about twice as much. */
  readonly bytes: number;
  /** Of one trace. A caller's own trace may span any number of orders. */
  readonly spansOfTrace: number;
  /** Orders whose trace was pushed out, and traces that nobody wants, are remembered in this number. */
  readonly remembered: number;
}

/** Some 1,700 confirmed orders, which take 40 MB of memory. */
export const TRACE_BUFFER_LIMITS: TraceBufferLimits = {
  spans: 50_000,
  bytes: 24_000_000,
  spansOfTrace: 5_000,
  remembered: 10_000,
};

/** One trace. */
export interface KeptTrace {
  readonly traceId: string;
  /** In no particular order. */
  readonly spans: readonly TraceSpan[];
  /** How many more arrived than a trace may have. */
  readonly leftOut: number;
}

/** What is known of an order's traces. */
export interface TracesOfOrder {
  /** The oldest first. */
  readonly traces: readonly KeptTrace[];
  /** Whether at least one was pushed out by newer ones. */
  readonly isPushedOut: boolean;
}

interface StoredTrace {
  readonly spans: Map<string, { readonly span: TraceSpan; readonly bytes: number }>;
  /** The orders that its spans are about. */
  readonly orderIds: Set<string>;
  /** The traces that its spans have a link to. */
  readonly linked: Set<string>;
  bytes: number;
  leftOut: number;
}

/**
 * The latest spans, in memory and bounded: where there is no room, the trace that began to arrive first goes as a whole. Reads of
 * the API are not kept, or the console's own would push all others out.
 *
 * @example
 * buffer.add(readExportRequest(body));
 * buffer.ofOrder(orderId).traces;
 */
export class TraceBuffer {
  readonly #limits: TraceBufferLimits;
  /** In the order of arrival. */
  readonly #traces = new Map<string, StoredTrace>();
  readonly #tracesOfOrders = new TraceIndex();
  /** By the trace that they have a link to. */
  readonly #linkingTraces = new TraceIndex();
  readonly #pushedOutOrders: RecentKeys;
  readonly #reads: RecentKeys;
  #spans = 0;
  #bytes = 0;

  constructor(limits: TraceBufferLimits = TRACE_BUFFER_LIMITS) {
    this.#limits = limits;
    this.#pushedOutOrders = new RecentKeys(limits.remembered);
    this.#reads = new RecentKeys(limits.remembered);
  }

  /** How much is kept: spans, their bytes as JSON, and what they are found by. */
  get size(): { readonly traces: number; readonly spans: number; readonly bytes: number; readonly keys: number } {
    const keys = this.#tracesOfOrders.size + this.#linkingTraces.size;
    return { traces: this.#traces.size, spans: this.#spans, bytes: this.#bytes, keys };
  }

  /** Takes spans. One that is kept already is replaced: it was sent again, or its work was. */
  add(spans: readonly TraceSpan[]): void {
    for (const span of spans) {
      if (isRead(span)) {
        this.#remove(span.traceId);
        this.#reads.add(span.traceId);
      } else if (!this.#reads.has(span.traceId)) {
        this.#keep(span);
      }
    }
    this.#makeRoom();
  }

  /**
   * The traces with a span about this order, those with a link to one of them, and whether there were more. One call may be about
   * many orders, such as a redrive of all that wait at a step: it names the last, and has a link to each.
   */
  ofOrder(orderId: string): TracesOfOrder {
    const own = this.#tracesOfOrders.of(orderId);
    const found = new Set([...own, ...own.flatMap((traceId) => this.#linkingTraces.of(traceId))]);
    const traces = [...found].flatMap((traceId) => {
      const stored = this.#traces.get(traceId);
      return stored === undefined
        ? []
        : [{ traceId, spans: [...stored.spans.values()].map(({ span }) => span), leftOut: stored.leftOut }];
    });
    return {
      traces: traces.toSorted((one, other) => startOf(one) - startOf(other)),
      isPushedOut: this.#pushedOutOrders.has(orderId),
    };
  }

  #keep(span: TraceSpan): void {
    const { traceId, spanId } = span;
    const trace = this.#traces.get(traceId) ?? {
      spans: new Map(),
      orderIds: new Set(),
      linked: new Set(),
      bytes: 0,
      leftOut: 0,
    };
    const before = trace.spans.get(spanId);
    const bytes = JSON.stringify(span).length;
    const added = bytes - (before?.bytes ?? 0);
    const isFull = before === undefined && trace.spans.size >= this.#limits.spansOfTrace;
    // Half of the room, so that one trace never pushes itself out.
    if (isFull || trace.bytes + added > this.#limits.bytes / 2) {
      trace.leftOut += 1;
      return;
    }
    this.#traces.set(traceId, trace);
    trace.spans.set(spanId, { span, bytes });
    trace.bytes += added;
    this.#bytes += added;
    this.#spans += before === undefined ? 1 : 0;
    const orderId = orderOf(span);
    if (orderId !== undefined) {
      trace.orderIds.add(orderId);
      this.#tracesOfOrders.add(orderId, traceId);
    }
    for (const { traceId: linked } of span.links) {
      trace.linked.add(linked);
      this.#linkingTraces.add(linked, traceId);
    }
  }

  #makeRoom(): void {
    for (const [traceId, { orderIds }] of this.#traces) {
      if (this.#spans <= this.#limits.spans && this.#bytes <= this.#limits.bytes) {
        return;
      }
      this.#remove(traceId);
      for (const orderId of orderIds) {
        this.#pushedOutOrders.add(orderId);
      }
    }
  }

  #remove(traceId: string): void {
    const trace = this.#traces.get(traceId);
    if (trace === undefined) {
      return;
    }
    this.#traces.delete(traceId);
    this.#spans -= trace.spans.size;
    this.#bytes -= trace.bytes;
    for (const orderId of trace.orderIds) {
      this.#tracesOfOrders.delete(orderId, traceId);
    }
    for (const linked of trace.linked) {
      this.#linkingTraces.delete(linked, traceId);
    }
  }
}

/** When a trace began, in microseconds since 1970. */
function startOf({ spans }: KeptTrace): number {
  return spans.reduce((least, { startUs }) => Math.min(least, startUs), Number.POSITIVE_INFINITY);
}
