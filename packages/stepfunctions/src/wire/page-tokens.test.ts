import { expect, test } from '@jest/globals';
import { PageTokens } from './page-tokens.ts';

const pages = new PageTokens('secret');

test('a page token opens to the position it was sealed with', () => {
  expect(pages.open('list', pages.seal('list', { id: 5 }))).toEqual({ id: 5 });
});

test.each([
  ['one for another listing', pages.seal('other', 5)],
  ['one of another engine', new PageTokens('another').seal('list', 5)],
  ['one that was changed', `${pages.seal('list', 5)}0`],
  ['no token at all', 'InvalidToken'],
])('a page token is refused: %s', (_what, token) => {
  expect(() => pages.open('list', token)).toThrow("Invalid Token: 'Invalid token'");
});
