import { Graph, layout } from '@dagrejs/dagre';
import {
  type Connection,
  type Direction,
  type Drawing,
  type DrawnState,
  type Point,
  roundedPath,
  type StateRole,
  waysTaken,
} from '../components/drawing.ts';
import type { SequenceView, StateView } from '../components/model.ts';

const MARGIN = 26;
const LINE = 18;
const SMALL = 24;

/** A wider drawing would be shrunk until nobody can read it; it goes from top to bottom instead. */
const MAX_WIDTH = 1_900;

/** Any definition as a drawing: forward steps in their order, and what follows errors beside them. */
export function drawMachine(sequence: SequenceView, direction: Direction): Drawing {
  const drawing = drawn(sequence, direction);
  return drawing.width > MAX_WIDTH ? drawn(sequence, 'down') : drawing;
}

function drawn(sequence: SequenceView, direction: Direction): Drawing {
  const graph = new Graph();
  graph.setGraph({
    rankdir: direction === 'right' ? 'LR' : 'TB',
    nodesep: 34,
    ranksep: 38,
    edgesep: 12,
    marginx: MARGIN,
    marginy: MARGIN,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const afterError = statesAfterErrors(sequence.states);
  for (const state of sequence.states) {
    graph.setNode(state.name, roomOf(state, direction));
  }
  for (const { name, next, after_error } of sequence.states) {
    for (const to of next.filter((each) => graph.hasNode(each))) {
      // A heavy connection is short and straight.
      graph.setEdge(name, to, { weight: after_error.includes(to) ? 1 : 6 });
    }
  }
  layout(graph);
  const ways = waysTaken(sequence.events);
  const isRight = direction === 'right';
  const states = sequence.states.map((state): DrawnState => {
    const { x, y } = graph.node(state.name) as Box;
    const { width, height } = sizeOf(state);
    return {
      state,
      role: roleOf(state, afterError),
      label: isSmall(state) ? smallLabel(state) : labelOf(state.name),
      x,
      y,
      width,
      height,
      ...(isSmall(state) && { labelAt: isRight ? 'above' : 'before' }),
    };
  });
  const boxes = new Map(states.map(({ state, ...box }) => [state.name, box]));
  const { width = 0, height = 0 } = graph.graph() as Partial<Box>;
  return {
    direction,
    width,
    height,
    states: states.toSorted((one, other) =>
      isRight ? one.x - other.x || one.y - other.y : one.y - other.y || one.x - other.x,
    ),
    connections: sequence.states
      .flatMap((from) => from.next.filter((to) => graph.hasNode(to)).map((to) => [from, to] as const))
      .filter(([from, to]) => ways.has(`${from.name} ${to}`) || isWorthDrawing(from, to, sequence.states))
      .map(([from, to]): Connection => {
        const { points } = graph.edge(from.name, to) as { readonly points: readonly { x: number; y: number }[] };
        return {
          from: from.name,
          to,
          taken: ways.get(`${from.name} ${to}`) ?? 0,
          role: from.after_error.includes(to) || afterError.has(to) ? 'undo' : 'forward',
          path: roundedPath(
            fromShapeToShape(
              points.map(({ x, y }) => [x, y]),
              boxes.get(from.name),
              boxes.get(to),
            ),
          ),
        };
      })
      .toSorted((one, other) => one.taken - other.taken),
  };
}

/** Many steps may lead to one after an error. Of those ways that were not taken, the first stands for all. */
function isWorthDrawing({ name, after_error }: StateView, to: string, states: readonly StateView[]): boolean {
  return !after_error.includes(to) || states.find((each) => each.after_error.includes(to))?.name === name;
}

/** Connections end at the room of a state, which is larger than a small one's shape: this ends them at the shape. */
function fromShapeToShape(points: readonly Point[], from: Box | undefined, to: Box | undefined): readonly Point[] {
  const inner = points.slice(1, -1);
  const [first, last] = [points[0], points.at(-1)];
  if (from === undefined || to === undefined || first === undefined || last === undefined) {
    return points;
  }
  const start = from.width === SMALL ? onCircle(from, inner[0] ?? last) : first;
  const end = to.width === SMALL ? onCircle(to, inner.at(-1) ?? first) : last;
  return [start, ...inner, end];
}

/** The point of a small state's circle that looks at another point. */
function onCircle({ x, y }: Box, [toX, toY]: Point): Point {
  const distance = Math.max(1, Math.hypot(toX - x, toY - y));
  const share = (SMALL / 2 + 1) / distance;
  return [x + (toX - x) * share, y + (toY - y) * share];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The part of a state in an execution, for tables too. */
export function roleIn(sequence: SequenceView): (state: StateView) => StateRole {
  const afterError = statesAfterErrors(sequence.states);
  return (state) => roleOf(state, afterError);
}

function roleOf({ name, type }: StateView, afterError: ReadonlySet<string>): StateRole {
  if (type === 'Fail') {
    return 'parking';
  }
  if (type === 'Succeed') {
    return 'end';
  }
  return afterError.has(name) ? 'undo' : 'forward';
}

/** States that are reached through an error alone. */
function statesAfterErrors(states: readonly StateView[]): ReadonlySet<string> {
  const forward = new Set<string>();
  const follow = (names: readonly string[]): void => {
    for (const name of names) {
      const state = states.find((each) => each.name === name);
      if (state !== undefined && !forward.has(name)) {
        forward.add(name);
        follow(state.next.filter((next) => !state.after_error.includes(next)));
      }
    }
  };
  const [first] = states;
  const isTarget = new Set(states.flatMap(({ next }) => next));
  const starts = states.filter(({ name }) => !isTarget.has(name)).map(({ name }) => name);
  follow(starts.length === 0 && first !== undefined ? [first.name] : starts);
  return new Set(states.map(({ name }) => name).filter((name) => !forward.has(name)));
}

function isSmall({ type }: StateView): boolean {
  return type === 'Choice' || type === 'Pass' || type === 'Succeed' || type === 'Fail';
}

function sizeOf(state: StateView): { readonly width: number; readonly height: number } {
  if (isSmall(state)) {
    return { width: SMALL, height: SMALL };
  }
  const lines = labelOf(state.name);
  return {
    width: Math.max(84, 7.4 * Math.max(...lines.map(({ length }) => length)) + 26),
    height: 24 + lines.length * LINE,
  };
}

/** The room that a state takes, the label beside a small one included. */
function roomOf(state: StateView, direction: Direction): { readonly width: number; readonly height: number } {
  if (!isSmall(state)) {
    return sizeOf(state);
  }
  const label = 6.4 * Math.max(...smallLabel(state).map(({ length }) => length));
  // To the left of it, and as much to the right, so that it stays in the middle.
  return direction === 'right'
    ? { width: Math.max(SMALL, label), height: SMALL }
    : { width: SMALL + 2 * (label + 8), height: SMALL };
}

function smallLabel({ name }: StateView): readonly string[] {
  return labelOf(name).map((line) => shortened(line, 18));
}

/** A name in one or two lines, broken between its words. */
function labelOf(name: string): readonly string[] {
  const words = name.split(/(?<=[a-z0-9])(?=[A-Z])|[\s_-]+/).filter((word) => word !== '');
  const text = words.join(' ');
  if (text.length <= 14 || words.length === 1) {
    return [shortened(text, 26)];
  }
  // The break that leaves both lines about as long.
  const breaks = words.slice(1).map((_, index) => index + 1);
  const longer = (at: number): number =>
    Math.max(words.slice(0, at).join(' ').length, words.slice(at).join(' ').length);
  const best = breaks.toSorted((one, other) => longer(one) - longer(other))[0] ?? 1;
  return [words.slice(0, best).join(' '), words.slice(best).join(' ')].map((line) => shortened(line, 26));
}

function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
