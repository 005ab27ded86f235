import type { Span } from './answer.ts';

/** A span in its place: below its parent, in the order of a reader. */
export interface SpanRow {
  readonly span: Span;
  /** 0 for a span without a known parent. */
  readonly depth: number;
  /** How many of the next rows are below this one. */
  readonly descendants: number;
  /** How many of those are faults. */
  readonly faultsBelow: number;
}

/** Larger traces begin with their deeper spans folded. */
const ALL_OPEN_UP_TO = 80;

/** As deep as the tasks of a saga. */
const OPEN_DEPTH = 4;

/**
 * All spans of a trace as rows, each parent right before its children, in the order of their start. A span whose parent is not
 * there begins a tree of its own, so that none is lost: its parent may arrive later, or belong to a caller.
 */
export function rowsOf(spans: readonly Span[]): readonly SpanRow[] {
  const ids = new Set(spans.map(({ span_id }) => span_id));
  const children = new Map<string | undefined, Span[]>();
  for (const span of spans.toSorted((one, other) => one.start_ms - other.start_ms)) {
    const parent = span.parent_span_id !== undefined && ids.has(span.parent_span_id) ? span.parent_span_id : undefined;
    const siblings = children.get(parent) ?? [];
    siblings.push(span);
    children.set(parent, siblings);
  }
  const placed = new Map<string, { readonly span: Span; readonly depth: number }>();
  const place = (roots: readonly Span[]): void => {
    const waiting = roots.toReversed().map((span) => ({ span, depth: 0 }));
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { span, depth } = next;
      if (!placed.has(span.span_id)) {
        placed.set(span.span_id, next);
        const below = children.get(span.span_id) ?? [];
        waiting.push(...below.toReversed().map((child) => ({ span: child, depth: depth + 1 })));
      }
    }
  };
  place(children.get(undefined) ?? []);
  // Parents in a circle: no trace of ours has one, and a sender's mistake must hide nothing.
  for (const span of spans) {
    place([span]);
  }
  return counted([...placed.values()]);
}

function counted(rows: readonly { readonly span: Span; readonly depth: number }[]): readonly SpanRow[] {
  return rows.map(({ span, depth }, index) => {
    let end = index + 1;
    let faultsBelow = 0;
    for (let next = rows[end]; next !== undefined && next.depth > depth; next = rows[end]) {
      faultsBelow += next.span.status === 'ERROR' ? 1 : 0;
      end += 1;
    }
    return { span, depth, descendants: end - index - 1, faultsBelow };
  });
}

/** Whether the spans below a row show before a person has folded or opened anything: always where a fault is below. */
export function isOpenAtFirst({ depth, faultsBelow }: SpanRow, spansOfTrace: number): boolean {
  return spansOfTrace <= ALL_OPEN_UP_TO || depth < OPEN_DEPTH || faultsBelow > 0;
}

/** The rows of which no row above is folded. */
export function visibleRows(rows: readonly SpanRow[], isOpen: (row: SpanRow) => boolean): readonly SpanRow[] {
  const visible: SpanRow[] = [];
  let index = 0;
  for (let row = rows[index]; row !== undefined; row = rows[index]) {
    visible.push(row);
    index += 1 + (isOpen(row) ? 0 : row.descendants);
  }
  return visible;
}
