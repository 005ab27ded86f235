import { describe, expect, test } from '@jest/globals';
import type { Span } from './src/traces/answer.ts';
import { isOpenAtFirst, rowsOf, visibleRows } from './src/traces/span-rows.ts';
import { timeAxisOf } from './src/traces/time-axis.ts';

function span(id: string, parent?: string, parts: Partial<Span> = {}): Span {
  return {
    span_id: id,
    ...(parent !== undefined && { parent_span_id: parent }),
    name: id,
    service: 'orders',
    kind: 'INTERNAL',
    start_ms: 0,
    duration_ms: 1,
    status: 'UNSET',
    attributes: {},
    events: [],
    links: [],
    ...parts,
  };
}

function places(spans: readonly Span[]): readonly string[] {
  return rowsOf(spans).map(({ span: { span_id }, depth }) => `${'-'.repeat(depth)}${span_id}`);
}

describe('the rows of a trace', () => {
  test('have each parent right before its children, in the order of their start', () => {
    const spans = [
      span('late', 'root', { start_ms: 9 }),
      span('leaf', 'early', { start_ms: 5 }),
      span('early', 'root', { start_ms: 2 }),
      span('root'),
    ];
    expect(places(spans)).toEqual(['root', '-early', '--leaf', '-late']);
    expect(rowsOf(spans).map(({ descendants }) => descendants)).toEqual([3, 1, 0, 0]);
  });

  test('lose no span: not one whose parent is missing, nor those of a circle', () => {
    expect(
      places([span('root'), span('lost', 'elsewhere', { start_ms: 3 }), span('below', 'lost', { start_ms: 4 })]),
    ).toEqual(['root', 'lost', '-below']);
    expect(places([span('a', 'b'), span('b', 'a'), span('c', 'c')])).toEqual(['a', '-b', 'c']);
  });

  test('of a large trace are folded below the tasks, except on the way to a fault', () => {
    const chain = (name: string) => ['1', '2', '3', '4', '5', '6'].map((depth) => `${name}${depth}`);
    const spans = [
      span('root'),
      ...[...Array(200).keys()].flatMap((task) =>
        chain(`t${task}.`).map((id, depth, ids) =>
          span(id, ids[depth - 1] ?? 'root', { start_ms: task, status: id === 't7.6' ? 'ERROR' : 'UNSET' }),
        ),
      ),
    ];
    const rows = rowsOf(spans);
    const shown = visibleRows(rows, (row) => isOpenAtFirst(row, spans.length)).map(({ span: { span_id } }) => span_id);
    expect(shown.slice(0, 6)).toEqual(['root', 't0.1', 't0.2', 't0.3', 't0.4', 't1.1']);
    expect(shown.filter((id) => id.startsWith('t7.'))).toEqual(chain('t7.'));
    expect(shown).toHaveLength(1 + 200 * 4 + 2);
    expect(visibleRows(rows, () => true)).toHaveLength(spans.length);
    expect(visibleRows(rows, () => false)).toHaveLength(1);
  });

  test('of thousands of spans, wide or deep, are placed without a hang', () => {
    const wide = [span('root'), ...Array.from({ length: 5_000 }, (_, index) => span(`s${index}`, 'root'))];
    const deep = Array.from({ length: 5_000 }, (_, index) =>
      span(`s${index}`, index === 0 ? undefined : `s${index - 1}`),
    );
    expect([rowsOf(wide), rowsOf(deep)].map((rows) => rows.length)).toEqual([5_001, 5_000]);
    expect(rowsOf(deep).at(-1)?.depth).toBe(4_999);
  });
});

describe('the line of time', () => {
  test('goes from the first start to the last end, in proportion', () => {
    const { at, idle } = timeAxisOf([
      span('a', undefined, { duration_ms: 30 }),
      span('b', 'a', { start_ms: 10, duration_ms: 30 }),
    ]);
    expect([0, 10, 40, 99].map(at)).toEqual([0, 0.25, 1, 1]);
    expect(idle).toEqual([]);
  });

  test('cuts a wait short that is longer than all the work, and says how long it was', () => {
    const { at, idle } = timeAxisOf([
      span('placed', undefined, { duration_ms: 10 }),
      span('paid', undefined, { start_ms: 600_010, duration_ms: 10 }),
    ]);
    expect(idle).toEqual([{ duration_ms: 600_000, from: expect.closeTo(0.475), to: expect.closeTo(0.525) }]);
    expect([5, 10, 600_010, 600_020].map(at)).toEqual([0.2375, 0.475, 0.525, 1].map((place) => expect.closeTo(place)));
  });

  test('never runs backwards, whatever the spans are', () => {
    const waits = Array.from({ length: 40 }, (_, index) =>
      span(`s${index}`, undefined, { start_ms: index * 1_000, duration_ms: 0.5 }),
    );
    for (const spans of [[], [span('a', undefined, { duration_ms: 0 })], waits]) {
      const { at } = timeAxisOf(spans);
      const drawn = Array.from({ length: 400 }, (_, index) => at(index * 100));
      expect(drawn).toEqual(drawn.toSorted((one, other) => one - other));
      expect(drawn.every((place) => place >= 0 && place <= 1)).toBe(true);
    }
  });
});
