import type { EventView, StateView } from './model.ts';

export type { EventView, SequenceView, StateError, StateStatus, StateView } from './model.ts';

// A drawing is what the component Graph shows. Who places the states is open: the order saga has places of its own, any other
// definition is laid out by a library.

/** Which way a drawing reads. */
export type Direction = 'right' | 'down';

/** What a state is for. */
export type StateRole = 'forward' | 'undo' | 'parking' | 'end';

/** A state on a drawing, in units of the drawing. */
export interface DrawnState {
  readonly state: StateView;
  readonly role: StateRole;
  /** Its name on the drawing, in one or two lines. */
  readonly label: readonly string[];
  /** The middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Small: its label stands beside it. */
  readonly labelAt?: 'above' | 'below' | 'before';
  /** An end after everything was undone. */
  readonly isUndone?: boolean;
}

/** A connection of two states. */
export interface Connection {
  readonly from: string;
  readonly to: string;
  /** How often the execution went this way. */
  readonly taken: number;
  readonly role: StateRole;
  /** An SVG path. */
  readonly path: string;
}

/** A drawing of the states of a sequence. */
export interface Drawing {
  readonly direction: Direction;
  readonly width: number;
  readonly height: number;
  /** In reading order. */
  readonly states: readonly DrawnState[];
  /** The last ones lie above the others. */
  readonly connections: readonly Connection[];
}

/** How often an execution went from one state to another, by `from to`. */
export function waysTaken(events: readonly EventView[]): ReadonlyMap<string, number> {
  const entered = events.flatMap(({ type, state }) =>
    type.endsWith('StateEntered') && state !== undefined ? [state] : [],
  );
  const ways = new Map<string, number>();
  for (const [position, to] of entered.slice(1).entries()) {
    const way = `${entered[position]} ${to}`;
    ways.set(way, (ways.get(way) ?? 0) + 1);
  }
  return ways;
}

const RADIUS = 6;

/** A point of a drawing. */
export type Point = readonly [x: number, y: number];

/** An SVG path through points, with rounded corners. */
export function roundedPath(points: readonly Point[]): string {
  const corners = points.filter((point, index) => index === 0 || !isSame(point, points[index - 1] ?? point));
  return corners
    .map((corner, index) => {
      const before = corners[index - 1];
      const after = corners[index + 1];
      if (before === undefined) {
        return `M${text(corner)}`;
      }
      if (after === undefined) {
        return `L${text(corner)}`;
      }
      return `L${text(towards(corner, before))} Q${text(corner)} ${text(towards(corner, after))}`;
    })
    .join(' ');
}

function isSame([x, y]: Point, [otherX, otherY]: Point): boolean {
  return Math.abs(x - otherX) < 0.5 && Math.abs(y - otherY) < 0.5;
}

/** A point on the way to another one, at most a radius away. */
function towards([x, y]: Point, [toX, toY]: Point): Point {
  const distance = Math.hypot(toX - x, toY - y);
  const share = Math.min(RADIUS, distance / 2) / distance;
  return [x + (toX - x) * share, y + (toY - y) * share];
}

function text([x, y]: Point): string {
  return `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;
}
