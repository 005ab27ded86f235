import { useMemo, useState } from 'preact/hooks';
import type { Span, Trace } from './answer.ts';
import { SpanDetails } from './span-details.tsx';
import { spanDuration } from './span-duration.ts';
import { isOpenAtFirst, rowsOf, type SpanRow, visibleRows } from './span-rows.ts';
import { SpanTree } from './span-tree.tsx';
import { type TimeAxis, timeAxisOf } from './time-axis.ts';

/** As many rows are shown at first, and more on each request: a browser is slow with thousands. */
const SHOWN_ROWS = 200;

/** The spans of a trace as a tree, each with a bar on one line of time, and what is known of the chosen one. */
export function Waterfall({ trace }: { readonly trace: Trace }) {
  const { spans } = trace;
  const [chosen, setChosen] = useState<string>();
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const [most, setMost] = useState(SHOWN_ROWS);
  const rows = useMemo(() => rowsOf(spans), [spans]);
  const axis = useMemo(() => timeAxisOf(spans), [spans]);
  const isOpen = (row: SpanRow) => isOpenAtFirst(row, spans.length) !== turned.has(row.span.span_id);
  const visible = visibleRows(rows, isOpen);
  const shown = spans.find(({ span_id }) => span_id === chosen);
  return (
    <div class="waterfall">
      <Ruler axis={axis} durationMs={trace.duration_ms} />
      <SpanTree
        label={`Spans of ${spans[0]?.name ?? 'the trace'}`}
        rows={visible.slice(0, most)}
        axis={axis}
        isOpen={isOpen}
        chosen={chosen}
        onChoose={({ span_id }: Span) => setChosen(span_id === chosen ? undefined : span_id)}
        onTurn={({ span_id }: Span) => setTurned(withTurned(turned, span_id))}
      />
      {visible.length > most && (
        <button type="button" class="quiet" onClick={() => setMost(most + SHOWN_ROWS)}>
          Show {Math.min(SHOWN_ROWS, visible.length - most)} more of {visible.length - most} spans
        </button>
      )}
      <BarLegend axis={axis} />
      {shown !== undefined && <SpanDetails span={shown} trace={trace} />}
    </div>
  );
}

function withTurned(turned: ReadonlySet<string>, spanId: string): ReadonlySet<string> {
  const next = new Set(turned);
  if (!next.delete(spanId)) {
    next.add(spanId);
  }
  return next;
}

/** What the line of time stands for, from the first span's start to the last one's end. With times cut short, only those two. */
function Ruler({ axis, durationMs }: { readonly axis: TimeAxis; readonly durationMs: number }) {
  const shares = axis.idle.length > 0 ? [0, 1] : [0, 0.25, 0.5, 0.75, 1];
  return (
    <div class="ruler" aria-hidden="true">
      {shares.map((share) => (
        <span key={share}>{share === 0 ? '0' : spanDuration(share * durationMs)}</span>
      ))}
    </div>
  );
}

function BarLegend({ axis }: { readonly axis: TimeAxis }) {
  return (
    <ul class="bar-legend">
      <li>
        <span class="span-bar work" aria-hidden="true" /> work
      </li>
      <li>
        <span class="span-bar call" aria-hidden="true" /> a call of another process
      </li>
      <li>
        <span class="span-bar tone-parked" aria-hidden="true" /> a fault
      </li>
      {axis.idle.length > 0 && (
        <li>
          <span class="idle" aria-hidden="true" /> no work, cut short:{' '}
          {axis.idle.map(({ duration_ms }) => spanDuration(duration_ms)).join(', ')}
        </li>
      )}
    </ul>
  );
}
