import { type Connection, type Point, roundedPath, type StateRole } from 'resilient-stepfunctions/console-drawing';
import type { SagaState } from '../api/answers.ts';
import type { Layout, PlacedState, Tracks } from './layout.ts';

/**
 * The connections to draw: every way that was taken, and faintly those that could have been. Ways into parking and back exist
 * at almost every step; they are drawn only where they were taken.
 */
export function connectionsOf(layout: Layout, ways: ReadonlyMap<string, number>): readonly Connection[] {
  const connections: Connection[] = [];
  for (const from of layout.states.values()) {
    for (const name of from.state.next) {
      const to = layout.states.get(name);
      const taken = ways.get(`${from.state.name} ${name}`) ?? 0;
      if (to !== undefined && (taken > 0 || isWorthDrawing(from, to))) {
        const role = roleOf(from.state, to);
        connections.push({ from: from.state.name, to: name, taken, role, path: pathOf(layout, from, to) });
      }
    }
  }
  // What was taken lies above what was not.
  return connections.toSorted((one, other) => one.taken - other.taken);
}

function isWorthDrawing(from: PlacedState, to: PlacedState): boolean {
  const isParking = from.place.role === 'parking' || to.place.role === 'parking';
  // Undoing begins at many steps, and the wait for a payment crosses the line to reach it.
  return isParking
    ? from.place.role === to.place.role && to.place.column < from.place.column
    : from.place.lane !== 0 || to.place.lane < 2;
}

function roleOf({ after_error }: SagaState, to: PlacedState): StateRole {
  if (to.place.role === 'parking') {
    return 'parking';
  }
  return after_error.includes(to.state.name) || to.place.lane > 1 ? 'undo' : 'forward';
}

type Position = readonly [along: number, across: number];

function pathOf(layout: Layout, from: PlacedState, to: PlacedState): string {
  const isRight = layout.direction === 'right';
  const points = positionsOf(layout, from, to).map(
    ([along, across]): Point => (isRight ? [along, across - layout.begin] : [across - layout.begin, along]),
  );
  return roundedPath(points);
}

function positionsOf(layout: Layout, from: PlacedState, to: PlacedState): readonly Position[] {
  const { tracks } = layout;
  const [start, end] = [from.place.lane, to.place.lane];
  if (start === end) {
    return withinLane(layout, from, to);
  }
  if (start === 1 && end === 0) {
    return upToOtherWay(layout, from, to);
  }
  if (start === 0 && end === 1) {
    return from.along === to.along ? [below(from), above(to)] : [rightOf(from), [to.along, from.across], above(to)];
  }
  const isDown = end > start;
  const leave = isDown ? below(from, 0.25) : above(from, 0.25);
  const arrive = isDown ? above(to) : below(to);
  const last = lastTrack(tracks, from, to);
  if (Math.abs(end - start) === 1) {
    return [leave, [leave[0], last], [arrive[0], last], arrive];
  }
  // Past the lanes between: beside the column, where nothing stands.
  const gutter = from.along + from.length / 2 + layout.gap / 2;
  const first = firstTrack(tracks, from, isDown);
  return [leave, [leave[0], first], [gutter, first], [gutter, last], [arrive[0], last], arrive];
}

function withinLane(layout: Layout, from: PlacedState, to: PlacedState): readonly Position[] {
  const isBlocked = [...layout.states.values()].some(
    ({ place }) =>
      place.lane === from.place.lane &&
      place.column > Math.min(from.place.column, to.place.column) &&
      place.column < Math.max(from.place.column, to.place.column),
  );
  if (!isBlocked) {
    return to.along > from.along ? [rightOf(from), leftOf(to)] : [leftOf(from), rightOf(to)];
  }
  const { tracks } = layout;
  const track = [tracks.aboveAll, tracks.resuming, tracks.closing, tracks.belowAll][from.place.lane] ?? tracks.belowAll;
  return from.place.lane === 0
    ? [above(from), [from.along, track], [to.along, track], above(to)]
    : [below(from, 0.25), [from.along + from.length / 4, track], [to.along, track], below(to)];
}

function upToOtherWay(layout: Layout, from: PlacedState, to: PlacedState): readonly Position[] {
  if (from.along === to.along) {
    return [above(from), below(to)];
  }
  if (to.along < from.along) {
    const { aboveLine } = layout.tracks;
    return [above(from), [from.along, aboveLine], [to.along, aboveLine], below(to)];
  }
  const isBlocked = [...layout.states.values()].some(
    ({ place }) => place.lane === 0 && place.column > from.place.column && place.column < to.place.column,
  );
  const { aboveAll } = layout.tracks;
  return isBlocked
    ? [above(from), [from.along, aboveAll], [to.along, aboveAll], above(to)]
    : [above(from), [from.along, to.across], leftOf(to)];
}

/** The track along which a connection leaves its lane. */
function firstTrack(tracks: Tracks, from: PlacedState, isDown: boolean): number {
  switch (from.place.lane) {
    case 0:
      return tracks.aboveLine;
    case 1:
      return tracks.undoing;
    case 2:
      return isDown ? tracks.closing : tracks.resuming;
    case 3:
      return tracks.unclosed;
  }
}

/** The track along which a connection reaches its end. */
function lastTrack(tracks: Tracks, from: PlacedState, to: PlacedState): number {
  const isDown = to.place.lane > from.place.lane;
  switch (to.place.lane) {
    case 0:
      return tracks.aboveLine;
    case 1:
      return isDown ? tracks.aboveLine : tracks.resuming;
    case 2:
      return isDown ? (to.place.role === 'parking' ? tracks.parking : tracks.undoing) : tracks.unclosed;
    case 3:
      return tracks.closing;
  }
}

function below({ along, across, length, thickness }: PlacedState, aside = 0): Position {
  return [along + aside * length, across + thickness / 2];
}

function above({ along, across, length, thickness }: PlacedState, aside = 0): Position {
  return [along + aside * length, across - thickness / 2];
}

function rightOf({ along, across, length }: PlacedState): Position {
  return [along + length / 2, across];
}

function leftOf({ along, across, length }: PlacedState): Position {
  return [along - length / 2, across];
}
