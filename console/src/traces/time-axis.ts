import type { Span } from './answer.ts';

/** A time in which nothing happened, drawn short. */
export interface IdleTime {
  readonly duration_ms: number;
  /** Where it is on the line, 0 to 1. */
  readonly from: number;
  readonly to: number;
}

/** The line on which the spans of a trace are drawn. */
export interface TimeAxis {
  /** Where a time of the trace is on the line, 0 to 1. */
  readonly at: (ms: number) => number;
  readonly idle: readonly IdleTime[];
}

/** The share of the line that an idle time gets. */
const IDLE_SHARE = 0.05;

/** At most so many idle times are cut short; all of them together then take half of the line. */
const MOST_IDLE = 10;

interface Interval {
  readonly from: number;
  readonly to: number;
}

/**
 * The line for some spans. A time without any span that is longer than all the work, such as the wait for a payment, is cut
 * short: otherwise the work would be too small to see.
 */
export function timeAxisOf(spans: readonly Span[]): TimeAxis {
  const busy = busyTimes(spans);
  const worked = busy.reduce((sum, { from, to }) => sum + to - from, 0);
  const gaps = busy
    .slice(1)
    .map(({ from }, index): Interval => ({ from: busy[index]?.to ?? from, to: from }))
    .filter(({ from, to }) => to - from > worked)
    .toSorted((one, other) => other.to - other.from - (one.to - one.from))
    .slice(0, MOST_IDLE)
    .toSorted((one, other) => one.from - other.from);
  const [start, end] = [busy[0]?.from ?? 0, busy.at(-1)?.to ?? 0];
  const cut = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  const perMs = (1 - gaps.length * IDLE_SHARE) / Math.max(Number.EPSILON, end - start - cut);
  const at = (ms: number): number => {
    let place = (Math.max(start, ms) - start) * perMs;
    for (const { from, to } of gaps) {
      const passed = Math.min(Math.max(0, ms - from), to - from);
      place += (passed / (to - from)) * IDLE_SHARE - passed * perMs;
    }
    return Math.min(1, Math.max(0, place));
  };
  return { at, idle: gaps.map(({ from, to }) => ({ duration_ms: to - from, from: at(from), to: at(to) })) };
}

/** The times in which at least one span was under way, in order, apart from each other. */
function busyTimes(spans: readonly Span[]): readonly Interval[] {
  const busy: Interval[] = [];
  for (const { start_ms: from, duration_ms } of spans.toSorted((one, other) => one.start_ms - other.start_ms)) {
    const to = from + duration_ms;
    const last = busy.at(-1);
    if (last === undefined || from > last.to) {
      busy.push({ from, to });
    } else if (to > last.to) {
      busy[busy.length - 1] = { from: last.from, to };
    }
  }
  return busy;
}
