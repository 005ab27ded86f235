import type { DrawnState } from './drawing.ts';
import type { StateView } from './model.ts';

/** How a state looks: what has become of it. */
export type Look = 'idle' | 'passed' | 'running' | 'waiting' | 'caught' | 'parked';

/** The look of a state. A step that waits for a customer or an operator runs, but nothing works on it. */
export function lookOf(state: StateView): Look {
  switch (state.status) {
    case 'NOT_REACHED':
      return 'idle';
    case 'RUNNING':
      return isWaiting(state) && state.error === undefined ? 'waiting' : 'running';
    case 'SUCCEEDED':
      return 'passed';
    case 'CAUGHT':
      return 'caught';
    case 'FAILED':
    case 'ABORTED':
    case 'TIMED_OUT':
      return 'parked';
  }
}

/** True for a step on which nothing works while it runs. */
function isWaiting({ name, type }: StateView): boolean {
  return type === 'Wait' || name.startsWith('Await');
}

/** A look in words. */
export const LOOK_WORDS: Readonly<Record<Look, string>> = {
  idle: 'not reached',
  passed: 'done',
  running: 'runs now',
  waiting: 'waits now',
  caught: 'failed, went another way',
  parked: 'stopped here',
};

/** The outline of a state: forward steps are round, undos point back, parking has cut corners, choices are
 * diamonds, and what holds states of its own is a stack. */
export function Outline({ drawn, x, y, width, height }: { readonly drawn: DrawnState } & Box) {
  const { role, labelAt, state } = drawn;
  if (state.type === 'Choice') {
    const [middle, centre] = [x + width / 2, y + height / 2];
    return (
      <path class="outline" d={`M${middle},${y} L${x + width},${centre} L${middle},${y + height} L${x},${centre} Z`} />
    );
  }
  if (state.type === 'Map' || state.type === 'Parallel') {
    return (
      <>
        <rect class="outline behind" x={x + 5} y={y - 5} width={width} height={height} rx={9} />
        <rect class="outline" x={x} y={y} width={width} height={height} rx={9} />
      </>
    );
  }
  if (labelAt !== undefined && role !== 'end') {
    return <circle class="outline" cx={x + width / 2} cy={y + height / 2} r={width / 2 - 3} />;
  }
  switch (role) {
    case 'end':
      return (
        <>
          <circle class="outline" cx={x + width / 2} cy={y + height / 2} r={width / 2} />
          <circle class="outline inner" cx={x + width / 2} cy={y + height / 2} r={width / 2 - 4} />
        </>
      );
    case 'undo':
      return <path class="outline" d={pointingBack({ x, y, width, height })} />;
    case 'parking':
      return <path class="outline" d={cutCorners({ x, y, width, height })} />;
    case 'forward':
      return <rect class="outline" x={x} y={y} width={width} height={height} rx={isWaiting(state) ? height / 2 : 9} />;
  }
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function pointingBack({ x, y, width, height }: Box): string {
  const tip = 12;
  const right = x + width;
  return `M${x},${y + height / 2} L${x + tip},${y} L${right - 5},${y} Q${right},${y} ${right},${y + 5} L${right},${y + height - 5} Q${right},${y + height} ${right - 5},${y + height} L${x + tip},${y + height} Z`;
}

function cutCorners({ x, y, width, height }: Box): string {
  const cut = 11;
  const [right, bottom] = [x + width, y + height];
  return `M${x + cut},${y} L${right - cut},${y} L${right},${y + cut} L${right},${bottom - cut} L${right - cut},${bottom} L${x + cut},${bottom} L${x},${bottom - cut} L${x},${y + cut} Z`;
}

/** A look as a sign of its own. */
export function LookSign({ look }: { readonly look: Look }) {
  return <g class="look-sign">{LOOK_SIGNS[look]}</g>;
}

const LOOK_SIGNS: Readonly<Record<Look, preact.JSX.Element | null>> = {
  idle: null,
  passed: <path d="m-3.5 .2 2.4 2.5 4.6-5.2" />,
  running: <path d="M-2.4-3.6 3.6 0l-6 3.6Z" class="filled" />,
  waiting: <path d="M0-4v4l2.6 1.8" />,
  caught: <path d="M0-3.8v4.4M0 3.2v.4" />,
  parked: <path d="M-1.7-3v6M1.7-3v6" />,
};
