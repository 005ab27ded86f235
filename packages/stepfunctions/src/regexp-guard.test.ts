import { expect, test } from '@jest/globals';
import { evaluateJsonata } from './language/jsonata.ts';
import { guardAgainstRunawayExpressions } from './regexp-guard.ts';

test('a regular expression with catastrophic backtracking is still answered', async () => {
  guardAgainstRunawayExpressions();
  const scope = {
    input: { text: `${'a'.repeat(60)}!` },
    context: {},
    variables: {},
    at: 0,
    entropy: '0'.repeat(64),
  };
  const where = { stateName: 'Match', field: 'Output' };
  // Without the guard this backtracks for longer than the age of the universe.
  expect(await evaluateJsonata('$contains($states.input.text, /^(a+)+$/)', scope, where)).toBe(false);
});
