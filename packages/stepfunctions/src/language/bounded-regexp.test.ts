import { beforeAll, describe, expect, test } from '@jest/globals';
import { guardAgainstRunawayExpressions } from '../regexp-guard.ts';
import { BoundedRegExp, MatchingTime, mayBacktrackLong, RunawayExpressionError } from './bounded-regexp.ts';
import { applyPath } from './path-field.ts';

// As in the server, and for the whole process: what V8 stops here, it cannot match in linear time.
beforeAll(guardAgainstRunawayExpressions);

describe('a regular expression that backtracks without end is stopped, on a short text too', () => {
  test.each([
    ['^(((a+)+)+)+$', 'i', `${'a'.repeat(24)}!`],
    ['(?i:^(((a+)+)+)+$)', '', `${'a'.repeat(24)}!`],
    ['(((((a*)+)+)+)+)+$', '', `${'a'.repeat(24)}!`],
    ['^(?=(((a+)+)+)+$)', '', `${'a'.repeat(24)}!`],
    ['a+$', 'i', `${'a'.repeat(250_000)}!`],
    [`^${'(a|a)'.repeat(30)}b`, 'i', 'a'.repeat(40)],
  ])('/%s/%s is stopped', (source, flags, text) => {
    expect(() => new BoundedRegExp(source, flags).test(text)).toThrow(RunawayExpressionError);
  });

  test('however many texts it is tried on', () => {
    const element = `${'a'.repeat(18)}!`;
    const scope = { input: Array(5_000).fill(element), context: {}, variables: {}, at: 0, entropy: '' };
    expect(() => applyPath('$[?(@ =~ /(((a+)+)+)+/i)]', scope, { stateName: 'Filter', field: 'InputPath' })).toThrow(
      'backtracks without end',
    );
  });
});

test('the matches of a long text are the ones that V8 finds', () => {
  const text = 'ab, cd , ef,gh'.repeat(500);
  const source = '(?<=[a-z])\\s*,\\s*(?=[a-z])';
  const bounded = new BoundedRegExp(source, 'g');
  const found: [number, string, number][] = [];
  for (let match = bounded.exec(text); match !== null; match = bounded.exec(text)) {
    found.push([match.index, match[0], bounded.lastIndex]);
  }
  const expected = [...text.matchAll(new RegExp(source, 'g'))].map(
    (match) => [match.index, match[0], match.index + match[0].length] as [number, string, number],
  );
  expect(found).toEqual(expected);
});

test('thousands of matches fit into the time', () => {
  const text = 'item , '.repeat(20_000);
  const bounded = new BoundedRegExp('\\s*,\\s*', 'g', new MatchingTime());
  let count = 0;
  while (bounded.exec(text) !== null) {
    count += 1;
  }
  expect(count).toBe(20_000);
});

test.each([
  ['^[a-z]+$', 30, false],
  ['^\\d{4}-\\d{2}-\\d{2}$', 10, false],
  ['\\s*,\\s*', 80, false],
  ['a+$', 100_000, true],
  ['(a+)+', 5, true],
  ['(?i:a)', 5, true],
  ['a?'.repeat(40), 0, true],
  ['(a)\\1', 5, true],
])('whether /%s/ may take long on %d characters: %s', (source, length, expected) => {
  expect(mayBacktrackLong(source, length)).toBe(expected);
});
