import { Fragment } from 'preact';
import { Copy, Json, Time, words } from 'resilient-stepfunctions/console';
import type { Span, Trace } from './answer.ts';
import { spanDuration } from './span-duration.ts';

/** What the stack knows of a span, for those who look for a cause. */
export function SpanDetails({ span, trace }: { readonly span: Span; readonly trace: Trace }) {
  const { name, service, kind, start_ms, duration_ms, status, attributes, events, links, span_id } = span;
  const startedAt = new Date(Date.parse(trace.started_at) + start_ms).toISOString();
  return (
    <section class="panel span-details" aria-label="Chosen span">
      <h3>{name}</h3>
      {status === 'ERROR' && (
        <p class="error-box">
          <b>{String(attributes['error.type'] ?? 'A fault')}</b> The work of this span failed.
        </p>
      )}
      <dl class="facts">
        <dt>by</dt>
        <dd>
          {service}, {words(kind)}
        </dd>
        <dt>at</dt>
        <dd>
          <Time at={startedAt} withMs />, {spanDuration(start_ms)} after the start
        </dd>
        <dt>took</dt>
        <dd>{spanDuration(duration_ms)}</dd>
        <dt>span</dt>
        <dd>
          <span class="id">{span_id}</span> <Copy text={span_id} what="the span's id" />
        </dd>
        {links.map(({ trace_id, span_id: linked }) => (
          <Fragment key={`${trace_id} ${linked}`}>
            <dt>linked with</dt>
            <dd>
              trace <span class="id">{trace_id}</span>
            </dd>
          </Fragment>
        ))}
      </dl>
      <Json title="Attributes" value={attributes} />
      {events.length > 0 && <Json title="Events" value={events} />}
    </section>
  );
}
