import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import type { Direction, Drawing, DrawnState } from './drawing.ts';
import { duration, stepName } from './format.ts';
import type { SequenceView } from './model.ts';
import { LOOK_WORDS, type Look, LookSign, lookOf, Outline } from './state-shape.tsx';
import { now } from './time.tsx';

/** Narrower drawings go from top to bottom. */
const WIDE_FROM_PX = 720;

/** Properties of the drawing. */
export interface GraphProperties {
  /** Its name for screen readers. */
  readonly label: string;
  readonly sequence: SequenceView;
  /** Places the states; the same function each time. */
  readonly draw: (sequence: SequenceView, direction: Direction) => Drawing;
  readonly chosen: string | undefined;
  readonly onChoose: (state: string) => void;
}

/** A sequence of states as a drawing; each state can be chosen. */
export function Graph({ label, sequence, draw, chosen, onChoose }: GraphProperties) {
  const frame = useRef<HTMLDivElement>(null);
  const direction = useDirection(frame);
  const markers = useId();
  const drawing = useMemo(() => draw(sequence, direction), [draw, sequence, direction]);
  const reachable = drawing.states.some(({ state }) => state.name === chosen) ? chosen : drawing.states[0]?.state.name;
  return (
    <div class={`graph to-${drawing.direction}`} ref={frame}>
      {/* biome-ignore lint/a11y/useSemanticElements: the drawing holds its states as buttons */}
      <svg
        viewBox={`0 0 ${drawing.width} ${drawing.height}`}
        role="group"
        aria-label={`${label}; arrow keys go from one to the next`}
        style={{ maxWidth: `${drawing.width * 1.15}px` }}
        onKeyDown={(event) => {
          const step = STEPS[event.key];
          if (step !== undefined) {
            event.preventDefault();
            moveFocus(event.currentTarget, step);
          }
        }}
      >
        <Markers id={markers} />
        {drawing.connections.map(({ from, to, taken, role, path }) => (
          <path
            key={`${from} ${to}`}
            class={`way ${taken > 0 ? `taken role-${role}` : 'untaken'}`}
            d={path}
            marker-end={`url(#${markers}-${taken > 0 ? role : 'untaken'})`}
          />
        ))}
        {drawing.states.map((each) => (
          <StateNode
            key={each.state.name}
            drawn={each}
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

function Markers({ id }: { readonly id: string }) {
  return (
    <defs>
      {['forward', 'undo', 'parking', 'end', 'untaken'].map((role) => (
        <marker
          key={role}
          id={`${id}-${role}`}
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
  readonly drawn: DrawnState;
  readonly isChosen: boolean;
  /** The tab key reaches one state; arrow keys reach the others from there. */
  readonly isReachable: boolean;
  readonly onChoose: (state: string) => void;
}

function StateNode({ drawn, isChosen, isReachable, onChoose }: StateNodeProperties) {
  const { state, x, y, width, height } = drawn;
  const look = lookOf(state);
  const caption = captionOf(drawn);
  const attempts = state.attempts > 1 ? `×${state.attempts}` : undefined;
  const visible = [...drawn.label, attempts, caption].filter((text) => text !== undefined);
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no button inside an SVG
    <g
      class={classesOf(drawn, look, isChosen)}
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
      {(look === 'running' || look === 'waiting') && <Pulse drawn={drawn} />}
      <Outline drawn={drawn} x={-width / 2} y={-height / 2} width={width} height={height} />
      <Label drawn={drawn} />
      {drawn.labelAt !== undefined ? (
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

function classesOf({ role, isUndone, labelAt }: DrawnState, look: Look, isChosen: boolean): string {
  return [
    'state',
    `role-${role}`,
    `look-${look}`,
    ...(isUndone === true ? ['tone-undone'] : []),
    ...(labelAt === undefined ? [] : ['small']),
    ...(isChosen ? ['chosen'] : []),
  ].join(' ');
}

function Pulse({ drawn }: { readonly drawn: DrawnState }) {
  const { width, height } = drawn;
  return (
    <g class="pulse">
      <Outline drawn={drawn} x={-width / 2 - 5} y={-height / 2 - 5} width={width + 10} height={height + 10} />
    </g>
  );
}

function Label({ drawn: { label, labelAt, width } }: { readonly drawn: DrawnState }) {
  if (labelAt !== undefined) {
    const up = labelAt === 'above' ? -width / 2 - 6 - (label.length - 1) * 11 : 3.5 - (label.length - 1) * 5.5;
    const x = labelAt === 'before' ? -width / 2 - 5 : 0;
    const first = labelAt === 'below' ? width / 2 + 12 : up;
    return (
      <text class={labelAt === 'before' ? 'label at-end' : 'label'}>
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
function captionOf({ state }: DrawnState): string | undefined {
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
