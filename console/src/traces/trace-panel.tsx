import { useState } from 'preact/hooks';
import { Copy, Empty, Failure, Time, ToneSign } from 'resilient-stepfunctions/console';
import type { ApiError } from '../api/client.ts';
import type { Trace } from './answer.ts';
import { isAboutTraces, useTraces } from './order-traces.ts';
import { spanDuration } from './span-duration.ts';
import { Waterfall } from './waterfall.tsx';

/** A webhook that is down for a day makes hundreds of traces. */
const SHOWN_CALLS = 20;

/**
 * The order's trace as a waterfall, and those of the calls about it. It shows nothing where the API has no traces, nor before that
 * is known.
 */
export function TracePanel({ orderId, everyMs }: { readonly orderId: string; readonly everyMs: number }) {
  const { data, error } = useTraces(orderId, everyMs);
  const [shownCalls, setShownCalls] = useState(SHOWN_CALLS);
  if (data === undefined && (error === undefined || !isAboutTraces(error))) {
    return null;
  }
  const [first, ...calls] = data?.traces ?? [];
  return (
    <section class="card traces" aria-labelledby="trace-title">
      <div class="section-head">
        <h2 id="trace-title">Trace</h2>
        {first !== undefined && <TraceFacts trace={first} />}
      </div>
      {data === undefined && error !== undefined && <Absence error={error} />}
      {data !== undefined && <Failure error={error} />}
      {data?.is_incomplete === true && (
        <p class="muted">Newer traces have pushed some of this order’s out of the stack’s memory.</p>
      )}
      {first !== undefined && <Waterfall trace={first} />}
      {calls.length > 0 && (
        <>
          <h3>Calls about this order</h3>
          <ul class="calls">
            {calls.slice(0, shownCalls).map((trace) => (
              <li key={trace.trace_id}>
                <Call trace={trace} />
              </li>
            ))}
          </ul>
          {calls.length > shownCalls && (
            <button type="button" class="quiet" onClick={() => setShownCalls(shownCalls + SHOWN_CALLS)}>
              Show {Math.min(SHOWN_CALLS, calls.length - shownCalls)} more calls
            </button>
          )}
        </>
      )}
    </section>
  );
}

function Absence({ error }: { readonly error: ApiError }) {
  return error.code === 'TRACES_OFF' ? (
    <Empty>
      This stack keeps no traces. Start it with <code>TRACES=console npm start</code>, and orders placed from then on
      show here, from the request to the tables.
    </Empty>
  ) : (
    <Empty>{error.message}.</Empty>
  );
}

/** A call about the order, such as its cancellation: a trace of its own, folded. */
function Call({ trace }: { readonly trace: Trace }) {
  const [isOpen, setOpen] = useState(false);
  const root = trace.spans[0];
  return (
    <details class="call" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <b>{root?.name ?? 'a call'}</b> <Time at={trace.started_at} withMs />
        <FaultCount trace={trace} />
      </summary>
      {isOpen && (
        <>
          <TraceFacts trace={trace} />
          <Waterfall trace={trace} />
        </>
      )}
    </details>
  );
}

function TraceFacts({ trace }: { readonly trace: Trace }) {
  const { trace_id, duration_ms, spans, left_out } = trace;
  return (
    <p class="trace-facts">
      <span>
        {spans.length} {spans.length === 1 ? 'span' : 'spans'} in {spanDuration(duration_ms)}
        {left_out > 0 && `, ${left_out} more left out`}
      </span>
      <FaultCount trace={trace} />
      <span class="id">{trace_id}</span>
      <Copy text={trace_id} what="the trace's id" />
    </p>
  );
}

function FaultCount({ trace }: { readonly trace: Trace }) {
  const faults = trace.spans.filter(({ status }) => status === 'ERROR').length;
  return faults === 0 ? null : (
    <span class="faults tone-parked">
      <ToneSign tone="parked" /> {faults} {faults === 1 ? 'fault' : 'faults'}
    </span>
  );
}
