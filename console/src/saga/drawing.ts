import {
  type Direction,
  type Drawing,
  type DrawnState,
  type SequenceView,
  waysTaken,
} from 'resilient-stepfunctions/console-drawing';
import { connectionsOf } from './connections.ts';
import { layOut, type PlacedState } from './layout.ts';

/** The order saga as a drawing that reads like a sentence. */
export function drawSaga({ states, events }: SequenceView, direction: Direction): Drawing {
  const layout = layOut(states, direction);
  const placed = [...layout.states.values()].toSorted((one, other) => readingOrder(one) - readingOrder(other));
  return {
    direction,
    width: layout.width,
    height: layout.height,
    states: placed.map((each) => drawnState(each, direction)),
    connections: connectionsOf(layout, waysTaken(events)),
  };
}

function readingOrder({ place }: PlacedState): number {
  return (place.lane === 0 ? 1 : place.lane) * 100 + place.column + (place.lane === 0 ? 0.1 : 0);
}

function drawnState({ state, place, along, across, length, thickness }: PlacedState, direction: Direction): DrawnState {
  const isRight = direction === 'right';
  const isLast = place.lane === 3;
  return {
    state,
    role: place.role,
    label: place.label,
    x: isRight ? along : across,
    y: isRight ? across : along,
    width: isRight ? length : thickness,
    height: isRight ? thickness : length,
    ...(place.isSmall === true && { labelAt: isRight ? 'above' : isLast ? 'below' : 'before' }),
    isUndone: place.role === 'end' && isLast,
  };
}
