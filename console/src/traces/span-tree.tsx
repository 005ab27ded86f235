import { useRef, useState } from 'preact/hooks';
import { ToneSign } from 'resilient-stepfunctions/console';
import type { Span } from './answer.ts';
import { spanDuration } from './span-duration.ts';
import type { SpanRow } from './span-rows.ts';
import type { TimeAxis } from './time-axis.ts';

/** Properties of the tree. */
export interface SpanTreeProperties {
  readonly label: string;
  readonly rows: readonly SpanRow[];
  readonly axis: TimeAxis;
  readonly isOpen: (row: SpanRow) => boolean;
  readonly chosen: string | undefined;
  readonly onChoose: (span: Span) => void;
  /** Folds a row, or opens it. */
  readonly onTurn: (span: Span) => void;
}

/**
 * Spans as a tree. With the keyboard: up and down go through the rows, right and left open and fold or go to a child and a
 * parent, Enter chooses.
 */
export function SpanTree(properties: SpanTreeProperties) {
  const { label, rows, axis, isOpen, chosen, onChoose, onTurn } = properties;
  const tree = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string>();
  // The active row may have been folded away.
  const current = Math.max(
    0,
    rows.findIndex(({ span }) => span.span_id === active),
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[current];
    if (row === undefined || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const reaction = reactionTo(event.key, { rows, current, isOpen: isOpen(row) });
    switch (reaction) {
      case 'NONE':
        return;
      case 'CHOOSE':
        onChoose(row.span);
        break;
      case 'TURN':
        onTurn(row.span);
        break;
      default:
        setActive(rows[reaction]?.span.span_id);
        focusItem(tree.current, reaction);
    }
    event.preventDefault();
  };
  const onClick = ({ target }: MouseEvent): void => {
    const item = target instanceof Element ? target.closest('[role="treeitem"]') : null;
    const row = rows[item === null ? -1 : [...(tree.current?.children ?? [])].indexOf(item)];
    if (row === undefined) {
      return;
    }
    setActive(row.span.span_id);
    const isFold = row.descendants > 0 && target instanceof Element && target.closest('.fold') !== null;
    (isFold ? onTurn : onChoose)(row.span);
  };
  return (
    <div class="spans" role="tree" aria-label={label} ref={tree} onKeyDown={onKeyDown} onClick={onClick}>
      {rows.map((row, index) => (
        <SpanItem
          key={row.span.span_id}
          row={row}
          axis={axis}
          isOpen={isOpen(row)}
          isActive={index === current}
          isChosen={row.span.span_id === chosen}
        />
      ))}
    </div>
  );
}

function focusItem(tree: HTMLElement | null, index: number): void {
  const item = tree?.children[index];
  if (item instanceof HTMLElement) {
    item.focus();
  }
}

interface Position {
  readonly rows: readonly SpanRow[];
  readonly current: number;
  readonly isOpen: boolean;
}

/** What a key does: the number is that of the row that becomes active. */
function reactionTo(key: string, { rows, current, isOpen }: Position): number | 'TURN' | 'CHOOSE' | 'NONE' {
  const { descendants = 0, depth = 0 } = rows[current] ?? {};
  const hasChildren = descendants > 0;
  switch (key) {
    case 'ArrowDown':
      return Math.min(rows.length - 1, current + 1);
    case 'ArrowUp':
      return Math.max(0, current - 1);
    case 'Home':
      return 0;
    case 'End':
      return rows.length - 1;
    case 'ArrowRight':
      return !hasChildren ? 'NONE' : isOpen ? Math.min(rows.length - 1, current + 1) : 'TURN';
    case 'ArrowLeft':
      return hasChildren && isOpen
        ? 'TURN'
        : Math.max(
            0,
            rows.findLastIndex((row, index) => index < current && row.depth < depth),
          );
    case 'Enter':
    case ' ':
      return 'CHOOSE';
    default:
      return 'NONE';
  }
}

interface SpanItemProperties {
  readonly row: SpanRow;
  readonly axis: TimeAxis;
  readonly isOpen: boolean;
  readonly isActive: boolean;
  readonly isChosen: boolean;
}

function SpanItem({ row, axis, isOpen, isActive, isChosen }: SpanItemProperties) {
  const { span, depth, descendants, faultsBelow } = row;
  const isFault = span.status === 'ERROR';
  const { 'error.type': error, 'saga.retry_count': retries, 'saga.redrive_count': redrives } = span.attributes;
  const from = axis.at(span.start_ms);
  const to = axis.at(span.start_ms + span.duration_ms);
  return (
    <div
      class={`span-row service-${span.service}${isChosen ? ' chosen' : ''}`}
      role="treeitem"
      tabIndex={isActive ? 0 : -1}
      aria-level={depth + 1}
      aria-selected={isChosen}
      {...(descendants > 0 && { 'aria-expanded': isOpen })}
    >
      <span class="span-name" style={{ '--depth': depth }}>
        <span class={descendants === 0 ? 'fold leaf' : isOpen ? 'fold open' : 'fold'} aria-hidden="true" />
        {isFault && (
          <span class="tone-parked fault">
            <ToneSign tone="parked" />
            <span class="unseen">fault: </span>
          </span>
        )}
        <span class="text" title={span.name}>
          {withoutPackage(span.name)}
          {typeof redrives === 'number' && redrives > 0 && <small> redrive {redrives}</small>}
          {typeof retries === 'number' && retries > 0 && <small> try {retries + 1}</small>}
          {error !== undefined && <small> {String(error)}</small>}
          {!isOpen && descendants > 0 && (
            <small>
              {' '}
              {descendants} below{faultsBelow > 0 && `, ${faultsBelow} of them faults`}
            </small>
          )}
        </span>
      </span>
      <span class="service">{span.service}</span>
      <span class="line" aria-hidden="true">
        {axis.idle.map((idle) => (
          <span
            key={idle.from}
            class="idle"
            style={{ left: `${idle.from * 100}%`, width: `${(idle.to - idle.from) * 100}%` }}
          />
        ))}
        <span
          class={`span-bar ${span.kind === 'CLIENT' || span.kind === 'PRODUCER' ? 'call' : 'work'}${isFault ? ' tone-parked' : ''}`}
          style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }}
        />
      </span>
      <span class="took">{spanDuration(span.duration_ms)}</span>
    </div>
  );
}

/** `payment.v1.PaymentService/Capture` as `PaymentService/Capture`. */
function withoutPackage(name: string): string {
  return name.replace(/^[\w.]+\.(?=\w+\/)/, '');
}
