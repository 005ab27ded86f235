import {
  type Direction,
  type Drawing,
  type DrawnState,
  type SequenceView,
  waysTaken,
} from 'resilient-stepfunctions/console-drawing';
import { connectionsOf } from './connections.ts';
import { ORDER_PLACES, REFUND_PLACES, type SagaPlaces } from './lanes.ts';
import { type Layout, layOut, type PlacedState } from './layout.ts';

/** The order saga as a drawing that reads like a sentence. */
export function drawOrderSaga(saga: SequenceView, direction: Direction): Drawing {
  return drawSaga(saga, ORDER_PLACES, direction);
}

/** The refund saga, drawn as the order saga is. */
export function drawRefundSaga(saga: SequenceView, direction: Direction): Drawing {
  return drawSaga(saga, REFUND_PLACES, direction);
}

function drawSaga({ states, events }: SequenceView, places: SagaPlaces, direction: Direction): Drawing {
  const layout = layOut(states, places, direction);
  const placed = [...layout.states.values()].toSorted((one, other) => readingOrder(one) - readingOrder(other));
  return {
    direction,
    width: layout.width,
    height: layout.height,
    states: placed.map((each) => drawnState(each, layout)),
    connections: connectionsOf(layout, waysTaken(events)),
  };
}

function readingOrder({ place }: PlacedState): number {
  return (place.lane === 0 ? 1 : place.lane) * 100 + place.column + (place.lane === 0 ? 0.1 : 0);
}

function drawnState(placed: PlacedState, { direction, begin }: Layout): DrawnState {
  const { state, place, along, length, thickness } = placed;
  const across = placed.across - begin;
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
