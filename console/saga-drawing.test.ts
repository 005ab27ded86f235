import { describe, expect, test } from '@jest/globals';
import { waysTaken } from 'resilient-stepfunctions/console-drawing';
import { ORDER_STATUSES } from '../functions/orders/order-status.ts';
import { sagaStates } from '../functions/orders/saga-states.ts';
import { type OrderSaga, readOrderSaga, readRefundSaga } from '../statemachines/read-order-saga.ts';
import { type SagaEvent, type SagaState, STATUSES } from './src/api/answers.ts';
import { connectionsOf } from './src/saga/connections.ts';
import { drawOrderSaga, drawRefundSaga } from './src/saga/drawing.ts';
import { ORDER_PLACES, REFUND_PLACES, UNDOES } from './src/saga/lanes.ts';
import { layOut } from './src/saga/layout.ts';

const STATES = statesOf(readOrderSaga());
const SAGAS = [
  { saga: 'order saga', states: STATES, places: ORDER_PLACES, draw: drawOrderSaga, ways: 50 },
  { saga: 'refund saga', states: statesOf(readRefundSaga()), places: REFUND_PLACES, draw: drawRefundSaga, ways: 15 },
];

function statesOf({ definition }: OrderSaga): readonly SagaState[] {
  return sagaStates(JSON.stringify(definition), []).states as readonly SagaState[];
}

function entered(...names: readonly string[]): readonly SagaEvent[] {
  return names.map((state, id) => ({ id, at: '2026-11-28T12:00:00.000Z', type: 'TaskStateEntered', state }));
}

test.each(SAGAS)('the drawing has a place for every state of the $saga, and for no other', ({ states, places }) => {
  expect(Object.keys(places).toSorted()).toEqual(states.map(({ name }) => name).toSorted());
});

test('what undoes a step, and that step, are states of the order saga', () => {
  expect(
    Object.entries(UNDOES)
      .flat()
      .filter((name) => ORDER_PLACES[name] === undefined),
  ).toEqual([]);
});

test('the console knows every status of an order', () => {
  expect(STATUSES).toEqual(ORDER_STATUSES);
});

test('forward steps are on one line in reading order, and each undo stands below what it undoes', () => {
  const way = ['ReserveInventory', 'AuthorizePayment', 'CapturePayment', 'CommitInventory', 'ConfirmOrder'];
  const columns = way.map((name) => ORDER_PLACES[name]?.column ?? 0);
  expect(columns).toEqual(columns.toSorted((one, other) => one - other));
  expect(way.map((name) => ORDER_PLACES[name]?.lane)).toEqual(way.map(() => 1));
  for (const [undo, step] of Object.entries(UNDOES)) {
    expect(ORDER_PLACES[undo]).toMatchObject({ column: ORDER_PLACES[step]?.column, lane: 2, role: 'undo' });
  }
});

const DIRECTIONS = ['right', 'down'] as const;

describe.each(SAGAS.flatMap((saga) => DIRECTIONS.map((direction) => ({ ...saga, direction }))))(
  'the $saga, drawn to the $direction',
  ({ states, places, draw, direction, ways: fewest }) => {
    test('no two states cover each other, and all are inside the drawing', () => {
      const layout = layOut(states, places, direction);
      const placed = [...layout.states.values()];
      const across = direction === 'right' ? layout.height : layout.width;
      const along = direction === 'right' ? layout.width : layout.height;
      for (const one of placed) {
        expect(one.along - one.length / 2).toBeGreaterThanOrEqual(0);
        expect(one.along + one.length / 2).toBeLessThanOrEqual(along);
        expect(one.across - one.thickness / 2 - layout.begin).toBeGreaterThanOrEqual(0);
        expect(one.across + one.thickness / 2 - layout.begin).toBeLessThanOrEqual(across);
        const covering = placed.filter(
          (other) =>
            other !== one &&
            Math.abs(one.along - other.along) < (one.length + other.length) / 2 &&
            Math.abs(one.across - other.across) < (one.thickness + other.thickness) / 2,
        );
        expect([one.state.name, covering.map(({ state }) => state.name)]).toEqual([one.state.name, []]);
      }
    });

    test('every way that is drawn begins and ends at the edge of its states', () => {
      const { states: drawn, connections } = draw({ states, events: [] }, direction);
      const boxes = new Map(drawn.map((box) => [box.state.name, box]));
      const isAtEdge = (name: string, [x = 0, y = 0]: readonly number[]) => {
        const box = boxes.get(name);
        const [aside, above] = [Math.abs(x - (box?.x ?? 0)), Math.abs(y - (box?.y ?? 0))];
        const [halfWidth, halfHeight] = [(box?.width ?? 0) / 2, (box?.height ?? 0) / 2];
        return (aside === halfWidth && above < halfHeight) || (above === halfHeight && aside < halfWidth);
      };
      const astray = connections.filter(({ from, to, path }) => {
        const points = [...path.matchAll(/(-?[\d.]+)[ ,](-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
        return !isAtEdge(from, points[0] ?? []) || !isAtEdge(to, points.at(-1) ?? []);
      });
      expect(connections.length).toBeGreaterThan(5);
      expect(astray).toEqual([]);
    });

    test('every way that the saga can take is drawn once it is taken', () => {
      const ways = states.flatMap(({ name, next }) => next.map((to): readonly [string, string] => [name, to]));
      expect(ways.length).toBeGreaterThan(fewest);
      const layout = layOut(states, places, direction);
      const taken = new Map(ways.map(([from, to]) => [`${from} ${to}`, 1]));
      const drawn = connectionsOf(layout, taken);
      expect(drawn.map(({ from, to }) => `${from} ${to}`).toSorted()).toEqual([...taken.keys()].toSorted());
      expect(drawn.filter(({ path }) => /NaN|undefined|[ ,ML]-/.test(path) || !/^M\S+( [LQ]\S+)+/.test(path))).toEqual(
        [],
      );
    });
  },
);

test('the way taken lies above what was not taken, and counts how often it was', () => {
  const ways = waysTaken(entered('ReserveInventory', 'RecordReservation', 'ReserveInventory', 'RecordReservation'));
  expect([...ways]).toEqual([
    ['ReserveInventory RecordReservation', 2],
    ['RecordReservation ReserveInventory', 1],
  ]);
  const drawn = connectionsOf(layOut(STATES, ORDER_PLACES, 'right'), ways);
  expect(drawn.at(-1)).toMatchObject({ from: 'ReserveInventory', to: 'RecordReservation', taken: 2, role: 'forward' });
  expect(drawn[0]?.taken).toBe(0);
});

test('a state that the drawing does not know is drawn all the same', () => {
  const [first] = STATES;
  const unknown: SagaState = { ...(first as SagaState), name: 'NewStep', next: ['CloseOrder'], type: 'Task' };
  const layout = layOut([...STATES, unknown, { ...unknown, name: 'OtherStep' }], ORDER_PLACES, 'right');
  const [one, other] = [layout.states.get('NewStep'), layout.states.get('OtherStep')];
  expect(one?.along).not.toBe(other?.along);
  expect(connectionsOf(layout, new Map()).some(({ from }) => from === 'NewStep')).toBe(true);
});
