import { expect, test } from '@jest/globals';
import { spanContextOf, spanIdFrom, traceparentOf, traceparentWithSpan } from './trace-context.ts';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';

test('the same parts make the same span id, and any other part another one', () => {
  const id = spanIdFrom('task', 'order-1', 'ReserveInventory', 0, 0);
  expect(id).toMatch(/^[0-9a-f]{16}$/);
  expect(spanIdFrom('task', 'order-1', 'ReserveInventory', 0, 0)).toBe(id);
  const others = [
    spanIdFrom('task', 'order-2', 'ReserveInventory', 0, 0),
    spanIdFrom('task', 'order-1', 'CommitInventory', 0, 0),
    spanIdFrom('task', 'order-1', 'ReserveInventory', 1, 0),
    spanIdFrom('task', 'order-1', 'ReserveInventory', 0, 1),
    spanIdFrom('task', 'order-1ReserveInventory', '', 0, 0),
  ];
  expect(new Set([id, ...others]).size).toBe(6);
});

test('a traceparent is read and written with its flags', () => {
  const context = spanContextOf(TRACEPARENT);
  expect(context).toMatchObject({ traceFlags: 0, isRemote: true });
  expect(context === undefined ? '' : traceparentOf(context)).toBe(TRACEPARENT);
});

test('another span of a trace keeps its trace and its flags', () => {
  expect(traceparentWithSpan(TRACEPARENT, '1111111111111111')).toBe(
    '00-4bf92f3577b34da6a3ce929d0e0e4736-1111111111111111-00',
  );
});

test.each([undefined, '', '00-trace', TRACEPARENT.replace('4bf9', 'xxxx')])('%s is no traceparent', (text) => {
  expect(spanContextOf(text)).toBeUndefined();
  expect(traceparentWithSpan(text ?? '', '1111111111111111')).toBe(text ?? '');
});
