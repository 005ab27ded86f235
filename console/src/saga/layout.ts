import type { Direction } from 'resilient-stepfunctions/console-drawing';
import type { SagaState } from '../api/answers.ts';
import { type Lane, placeOf, type SagaPlaces, type StatePlace } from './lanes.ts';

// Positions are along the line of forward steps and across it. A wide drawing goes from left to right, a narrow one from top to
// bottom; drawing.ts knows which.

/** Sizes of a drawing, in units of its own. */
interface Measures {
  /** Size of a large state along and across the line. */
  readonly length: number;
  readonly thickness: number;
  /** Size of a small one, both ways, and the room that it takes along the line. */
  readonly small: number;
  readonly smallRoom: number;
  readonly gap: number;
  readonly margin: number;
  /** Where the middle of each lane is, across. */
  readonly lanes: readonly [number, number, number, number];
  readonly tracks: Tracks;
  readonly across: number;
  /** What the lane of other ways takes, across; a saga without such ways is drawn without it. */
  readonly otherWays: number;
}

/** Where connections run between the lanes, across. */
export interface Tracks {
  readonly aboveAll: number;
  readonly aboveLine: number;
  readonly resuming: number;
  readonly undoing: number;
  readonly parking: number;
  readonly closing: number;
  readonly unclosed: number;
  readonly belowAll: number;
}

const MEASURES: Readonly<Record<Direction, Measures>> = {
  right: {
    length: 110,
    thickness: 50,
    small: 24,
    smallRoom: 40,
    gap: 25,
    margin: 14,
    lanes: [48, 148, 270, 380],
    tracks: {
      aboveAll: 10,
      aboveLine: 94,
      resuming: 200,
      undoing: 213,
      parking: 226,
      closing: 324,
      unclosed: 336,
      belowAll: 424,
    },
    across: 436,
    otherWays: 84,
  },
  down: {
    length: 46,
    thickness: 78,
    small: 22,
    smallRoom: 34,
    gap: 26,
    margin: 16,
    lanes: [45, 135, 229, 317],
    tracks: {
      aboveAll: 3,
      aboveLine: 90,
      resuming: 178,
      undoing: 182,
      parking: 186,
      closing: 271,
      unclosed: 275,
      belowAll: 359,
    },
    across: 364,
    otherWays: 82,
  },
};

/** A state with its place on the drawing. */
export interface PlacedState {
  readonly state: SagaState;
  readonly place: StatePlace;
  /** The middle. */
  readonly along: number;
  readonly across: number;
  readonly length: number;
  readonly thickness: number;
}

/** A drawing without its connections. */
export interface Layout {
  readonly direction: Direction;
  readonly width: number;
  readonly height: number;
  readonly states: ReadonlyMap<string, PlacedState>;
  readonly tracks: Tracks;
  readonly lanes: Measures['lanes'];
  readonly gap: number;
  /** Where the drawing begins, across. */
  readonly begin: number;
}

/** Places the states of a saga. */
export function layOut(states: readonly SagaState[], known: SagaPlaces, direction: Direction): Layout {
  const measures = MEASURES[direction];
  let unknown = 0;
  const places = states.map((state) => {
    const place = placeOf(known, state.name, state.type, unknown);
    unknown += place.column % 1 === 0 ? 0 : 1;
    return { state, place };
  });
  const columns = [...new Set(places.map(({ place }) => place.column))].toSorted((a, b) => a - b);
  const middles = new Map<number, number>();
  let at = measures.margin;
  for (const column of columns) {
    const isLarge = places.some(({ place }) => place.column === column && place.isSmall !== true);
    const room = isLarge ? measures.length : measures.smallRoom;
    middles.set(column, at + room / 2);
    at += room + measures.gap;
  }
  const alongTotal = at - measures.gap + measures.margin;
  const placed = places.map(({ state, place }): readonly [string, PlacedState] => [
    state.name,
    {
      state,
      place,
      along: middles.get(place.column) ?? 0,
      across: measures.lanes[place.lane satisfies Lane],
      length: place.isSmall ? measures.small : measures.length,
      thickness: place.isSmall ? measures.small : measures.thickness,
    },
  ]);
  const isRight = direction === 'right';
  const begin = places.some(({ place }) => place.lane === 0) ? 0 : measures.otherWays;
  const acrossTotal = measures.across - begin;
  return {
    direction,
    width: isRight ? alongTotal : acrossTotal,
    height: isRight ? acrossTotal : alongTotal,
    states: new Map(placed),
    tracks: measures.tracks,
    lanes: measures.lanes,
    gap: measures.gap,
    begin,
  };
}
