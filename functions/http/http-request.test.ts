import { expect, test } from '@jest/globals';
import { continueTrace } from './http-request.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

test('a request continues the trace of its traceparent, with the flags, in a span of its own', () => {
  const incoming = `00-${TRACE_ID}-00f067aa0ba902b7-00`;
  const outgoing = continueTrace(incoming);
  expect(outgoing).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`));
  expect(outgoing).not.toBe(incoming);
});

test.each([
  ['absent', undefined],
  ['not a traceparent', 'hello'],
  ['all zero', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
])('a request whose traceparent is %s starts a new trace', (_case, incoming) => {
  expect(continueTrace(incoming)).toMatch(/^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});
