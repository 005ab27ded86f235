import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Execution } from '../api/answers.ts';
import { now } from '../components/time.tsx';
import { duration, stepName } from '../format.ts';
import { connectionsOf, waysTaken } from './connections.ts';
import { type Direction, layOut, type PlacedState } from './layout.ts';
import { LOOK_WORDS, type Look, LookSign, lookOf, Outline } from './state-shape.tsx';

/** Narrower drawings go from top to bottom. */
const WIDE_FROM_PX = 720;

/** Properties of the drawing. */
export interface GraphProperties {
  readonly execution: Execution;
  readonly chosen: string | undefined;
  readonly onChoose: (state: string) => void;
}

/** A saga as a drawing that reads like a sentence. */
export function Graph({ execution, chosen, onChoose }: GraphProperties) {
  const frame = useRef<HTMLDivElement>(null);
  const direction = useDirection(frame);
  const layout = useMemo(() => layOut(execution.states, direction), [execution, direction]);
  const connections = useMemo(() => connectionsOf(layout, waysTaken(execution.events)), [layout, execution]);
  const placed = [...layout.states.values()].toSorted((one, other) => readingOrder(one) - readingOrder(other));
  const reachable = chosen ?? placed[0]?.state.name;
  return (
    <div class={`graph to-${direction}`} ref={frame}>
      {/* biome-ignore lint/a11y/useSemanticElements: the drawing holds its states as buttons */}
      <svg
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        role="group"
        aria-label="The saga's steps; arrow keys go from one to the next"
        style={{ maxWidth: `${layout.width * 1.15}px` }}
        onKeyDown={(event) => {
          const step = STEPS[event.key];
          if (step !== undefined) {
            event.preventDefault();
            moveFocus(event.currentTarget, step);
          }
        }}
      >
        <Markers />
        {connections.map(({ from, to, taken, role, path }) => (
          <path
            key={`${from} ${to}`}
            class={`way ${taken > 0 ? `taken role-${role}` : 'untaken'}`}
            d={path}
            marker-end={`url(#arrow-${taken > 0 ? role : 'untaken'})`}
          />
        ))}
        {placed.map((each) => (
          <StateNode
            key={each.state.name}
            placed={each}
            direction={direction}
            isChosen={each.state.name === chosen}
            isReachable={each.state.name === reachable}
            onChoose={onChoose}
          />
        ))}
      </svg>
    </div>
  );
}

const STEPS: Readonly<Record<string, 1 | -1>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

function readingOrder({ place }: PlacedState): number {
  return (place.lane === 0 ? 1 : place.lane) * 100 + place.column + (place.lane === 0 ? 0.1 : 0);
}

function moveFocus(drawing: SVGSVGElement, step: 1 | -1): void {
  const states = [...drawing.querySelectorAll<SVGGElement>('.state')];
  const at = states.indexOf(document.activeElement as unknown as SVGGElement);
  states[(at + step + states.length) % states.length]?.focus();
}

function useDirection(frame: { readonly current: HTMLDivElement | null }): Direction {
  const [direction, setDirection] = useState<Direction>(innerWidth < WIDE_FROM_PX ? 'down' : 'right');
  useEffect(() => {
    const observed = new ResizeObserver(([entry]) => {
      if (entry !== undefined && entry.contentRect.width > 0) {
        setDirection(entry.contentRect.width < WIDE_FROM_PX ? 'down' : 'right');
      }
    });
    if (frame.current !== null) {
      observed.observe(frame.current);
    }
    return () => observed.disconnect();
  }, [frame]);
  return direction;
}

function Markers() {
  return (
    <defs>
      {['forward', 'undo', 'parking', 'end', 'untaken'].map((role) => (
        <marker
          key={role}
          id={`arrow-${role}`}
          class={`arrow role-${role}`}
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          markerUnits="userSpaceOnUse"
          orient="auto-start-reverse"
        >
          <path d="M0 .8 7 4 0 7.2Z" />
        </marker>
      ))}
    </defs>
  );
}

interface StateNodeProperties {
  readonly placed: PlacedState;
  readonly direction: Direction;
  readonly isChosen: boolean;
  /** The tab key reaches one state; arrow keys reach the others from there. */
  readonly isReachable: boolean;
  readonly onChoose: (state: string) => void;
}

function StateNode({ placed, direction, isChosen, isReachable, onChoose }: StateNodeProperties) {
  const { state, place } = placed;
  const isRight = direction === 'right';
  const [x, y] = isRight ? [placed.along, placed.across] : [placed.across, placed.along];
  const [width, height] = isRight ? [placed.length, placed.thickness] : [placed.thickness, placed.length];
  const look = lookOf(state);
  const caption = captionOf(placed);
  const attempts = state.attempts > 1 ? `×${state.attempts}` : undefined;
  const visible = [...place.label, attempts, caption].filter((text) => text !== undefined);
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no button inside an SVG
    <g
      class={classesOf(placed, look, isChosen)}
      transform={`translate(${x} ${y})`}
      role="button"
      tabindex={isReachable ? 0 : -1}
      aria-pressed={isChosen}
      aria-label={`${visible.join(' ')}: ${stepName(state.name)}, ${LOOK_WORDS[look]}`}
      onClick={() => onChoose(state.name)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault();
          onChoose(state.name);
        }
      }}
    >
      {(look === 'running' || look === 'waiting') && <Pulse placed={placed} width={width} height={height} />}
      <Outline placed={placed} x={-width / 2} y={-height / 2} width={width} height={height} />
      <Label placed={placed} isRight={isRight} width={width} />
      {place.isSmall === true ? (
        <LookSign look={look} />
      ) : (
        look !== 'idle' && (
          <g class="badge" transform={`translate(${-width / 2 + 6} ${-height / 2 + 3})`}>
            <circle r="8.5" />
            <LookSign look={look} />
          </g>
        )
      )}
      {attempts !== undefined && (
        <g class="attempts" transform={`translate(${width / 2 - 8} ${-height / 2})`}>
          <rect x="-14" y="-8.5" width="28" height="17" rx="8.5" />
          <text y="4">{attempts}</text>
        </g>
      )}
      {caption !== undefined && (
        <text class="caption" y={height / 2 + 14}>
          {caption}
        </text>
      )}
    </g>
  );
}

function classesOf({ place }: PlacedState, look: Look, isChosen: boolean): string {
  const isUndone = place.role === 'end' && place.lane === 3;
  return [
    'state',
    `role-${place.role}`,
    `look-${look}`,
    ...(isUndone ? ['tone-undone'] : []),
    ...(place.isSmall === true ? ['small'] : []),
    ...(isChosen ? ['chosen'] : []),
  ].join(' ');
}

function Pulse({
  placed,
  width,
  height,
}: {
  readonly placed: PlacedState;
  readonly width: number;
  readonly height: number;
}) {
  return (
    <g class="pulse">
      <Outline placed={placed} x={-width / 2 - 5} y={-height / 2 - 5} width={width + 10} height={height + 10} />
    </g>
  );
}

function Label({
  placed,
  isRight,
  width,
}: {
  readonly placed: PlacedState;
  readonly isRight: boolean;
  readonly width: number;
}) {
  const { label, isSmall, lane } = placed.place;
  if (isSmall === true) {
    const up = isRight ? -width / 2 - 6 - (label.length - 1) * 11 : 3.5 - (label.length - 1) * 5.5;
    const x = isRight ? 0 : lane === 3 ? 0 : -width / 2 - 5;
    const first = !isRight && lane === 3 ? width / 2 + 12 : up;
    return (
      <text class={isRight || lane === 3 ? 'label' : 'label at-end'}>
        {label.map((line, index) => (
          <tspan key={line} x={x} y={first + index * 11}>
            {`${line} `}
          </tspan>
        ))}
      </text>
    );
  }
  return (
    <text class="label">
      {label.map((line, index) => (
        <tspan key={line} x="0" y={4 + (index - (label.length - 1) / 2) * 15}>
          {`${line} `}
        </tspan>
      ))}
    </text>
  );
}

/** What a state that is not over does, in a few words. */
function captionOf({ state }: PlacedState): string | undefined {
  if (state.status !== 'RUNNING') {
    return undefined;
  }
  if (state.retried_by !== undefined) {
    const left = Date.parse(state.retried_by) - now.value;
    return left > 0 ? `retries within ${duration(left)}` : 'retries now';
  }
  const since = state.entered_at === undefined ? 0 : now.value - Date.parse(state.entered_at);
  return since > 1_000 ? `for ${duration(since)}` : undefined;
}
