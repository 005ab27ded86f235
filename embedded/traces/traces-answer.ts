import { InvalidRequestError } from '../../functions/common/errors.ts';
import { orderId } from '../../functions/http/contract/fields.ts';
import type { KeptTrace, TraceBuffer } from './trace-buffer.ts';
import type { TraceSpan } from './trace-span.ts';
import { TracesUnavailableError } from './traces-unavailable.ts';

/** Most spans of one answer. A trace that does not fit is cut, from its end. */
const MAX_SPANS = 5_000;

/**
 * The answer to `GET /laboratory/traces?order_id=…`: the order's own trace and those of the calls about it, the oldest first.
 * Times of a trace are in milliseconds since its start.
 *
 * @param buffer undefined where the stack keeps no traces
 * @throws InvalidRequestError without a valid order_id
 * @throws TracesUnavailableError where there is nothing to show
 */
export function tracesAnswer(buffer: TraceBuffer | undefined, query: URLSearchParams) {
  const wanted = orderId.safeParse(query.get('order_id'));
  if (!wanted.success) {
    throw new InvalidRequestError([{ path: 'order_id', message: wanted.error.issues[0]?.message ?? 'is not valid' }]);
  }
  if (buffer === undefined) {
    throw new TracesUnavailableError(
      'TRACES_OFF',
      'the stack keeps no traces; start it with TRACES=console npm start to see them here',
    );
  }
  const { traces, isPushedOut } = buffer.ofOrder(wanted.data);
  if (traces.length === 0) {
    throw isPushedOut
      ? new TracesUnavailableError('TRACE_PUSHED_OUT', 'newer traces have pushed the order’s trace out of the memory')
      : new TracesUnavailableError(
          'TRACE_NOT_FOUND',
          'no span of the order has arrived since the stack was started; spans take a second or two',
        );
  }
  let room = MAX_SPANS;
  const shown = traces.map((trace) => {
    const view = traceView(trace, room);
    room -= view.spans.length;
    return view;
  });
  return { order_id: wanted.data, traces: shown, is_incomplete: isPushedOut };
}

function traceView({ traceId, spans, leftOut }: KeptTrace, room: number) {
  const inTime = spans.toSorted((one, other) => one.startUs - other.startUs || other.durationUs - one.durationUs);
  const startUs = inTime[0]?.startUs ?? 0;
  const endUs = inTime.reduce((latest, span) => Math.max(latest, span.startUs + span.durationUs), startUs);
  return {
    trace_id: traceId,
    started_at: new Date(startUs / 1_000).toISOString(),
    duration_ms: (endUs - startUs) / 1_000,
    spans: inTime.slice(0, room).map((span) => spanView(span, startUs)),
    left_out: leftOut + Math.max(0, inTime.length - room),
  };
}

function spanView(span: TraceSpan, startUs: number) {
  return {
    span_id: span.spanId,
    ...(span.parentSpanId !== undefined && { parent_span_id: span.parentSpanId }),
    name: span.name,
    service: span.service,
    kind: span.kind,
    start_ms: (span.startUs - startUs) / 1_000,
    duration_ms: span.durationUs / 1_000,
    status: span.status,
    attributes: span.attributes,
    events: span.events.map(({ name, atUs, attributes }) => ({ name, at_ms: (atUs - startUs) / 1_000, attributes })),
    links: span.links.map(({ traceId, spanId }) => ({ trace_id: traceId, span_id: spanId })),
  };
}
