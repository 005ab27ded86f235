import { expect, test } from '@jest/globals';
import { parseTimestamp } from './timestamp.ts';

test.each([
  ['2026-01-31T10:00:00Z', Date.UTC(2026, 0, 31, 10)],
  ['2026-01-31T10:00:00.5Z', Date.UTC(2026, 0, 31, 10, 0, 0, 500)],
  ['2026-01-31T10:00:00.000000Z', Date.UTC(2026, 0, 31, 10)],
  ['2026-01-31T10:00:00.00Z', Date.UTC(2026, 0, 31, 10)],
  ['2026-01-31T10:00Z', Date.UTC(2026, 0, 31, 10)],
  ['2026-01-31t10:00:00z', Date.UTC(2026, 0, 31, 10)],
  ['2026-01-31T10:00:00+05:30', Date.UTC(2026, 0, 31, 4, 30)],
  ['2026-01-31T10:00:00-01:00', Date.UTC(2026, 0, 31, 11)],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
])('the timestamp %s is read', (text, expected) => {
  expect(parseTimestamp(text)).toBe(expected);
});

test.each([
  '',
  '2026-01-31',
  '2026-01-31T10:00:00',
  '2026-01-31T10:00:00.000000',
  '2026-01-31 10:00:00Z',
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:60:00Z',
  '20260101T000000Z',
  '1767225600000',
])('%s is not a timestamp', (text) => {
  expect(parseTimestamp(text)).toBeUndefined();
});
