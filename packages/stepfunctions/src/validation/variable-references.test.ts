import { expect, test } from '@jest/globals';
import jsonata from 'jsonata';
import { parseDefinition } from '../language/definition.ts';
import { builtInFunctionNames } from '../language/jsonata/built-in.ts';
import { evaluateJsonata } from '../language/jsonata.ts';
import { jsonataReferences } from './jsonata-analysis.ts';
import { variableReferences } from './variable-references.ts';

function references(states: object, machine: object = {}) {
  return variableReferences(parseDefinition(JSON.stringify({ StartAt: 'A', States: states, ...machine })));
}

test('the variables of a JSONPath state come from every path, template and function argument, but no constants', () => {
  expect(
    references({
      A: {
        Type: 'Pass',
        Parameters: { 'x.$': '$b.c', y: '$not', z: [{ 'w.$': "States.Format('{} {}', $a, States.MathAdd($c, 1))" }] },
        ResultPath: '$.d',
        Next: 'B',
      },
      B: {
        Type: 'Choice',
        Choices: [{ And: [{ Variable: '$v', StringEqualsPath: '$w' }], Assign: { 'q.$': '$x' }, Next: 'C' }],
      },
      C: {
        Type: 'Task',
        Resource: 'r',
        InputPath: '$in',
        OutputPath: '$out[0]',
        TimeoutSecondsPath: '$t',
        Catch: [{ ErrorEquals: ['E'], Assign: { 'e.$': '$y' }, Next: 'D' }],
        Next: 'D',
      },
      D: { Type: 'Fail', CausePath: '$.no', ErrorPath: "States.Format('{}', $e)" },
    }),
  ).toStrictEqual({ A: ['a', 'b', 'c'], B: ['v', 'w', 'x'], C: ['in', 'out', 't', 'y'], D: ['e'] });
});

test('the variables of a JSONata state are its free variables only', () => {
  expect(
    references(
      {
        A: {
          Type: 'Pass',
          Output: '{% $map($list, function($x) { $x + $bias }) ~> $sum %}',
          Assign: { a: '{% ($t := 1; $t + $u) %}' },
          Next: 'B',
        },
        B: { Type: 'Pass', Output: { none: '{% $states.input.a %}', other: '$c' }, End: true },
      },
      { QueryLanguage: 'JSONata' },
    ),
  ).toStrictEqual({ A: ['bias', 'list', 'u'] });
});

test('the variables of nested states are listed by their own names', () => {
  const inner = (name: string) => ({
    StartAt: name,
    States: { [name]: { Type: 'Pass', InputPath: `$${name}`, End: true } },
  });
  expect(
    references({
      A: { Type: 'Map', ItemsPath: '$items', ItemSelector: { 'x.$': '$y' }, ItemProcessor: inner('i'), Next: 'B' },
      B: { Type: 'Parallel', Branches: [inner('j'), inner('k')], End: true },
    }),
  ).toStrictEqual({ A: ['items', 'y'], i: ['i'], j: ['j'], k: ['k'] });
});

test.each([
  ['$a.b & $string($c)', ['a', 'c']],
  ['$f := function($n) { $n = 0 ? 1 : $f($n - 1) }', []],
  ['($f := function($n) { $f($n) }; $f($x))', ['x']],
  ['$states.input.lines@$l.{"n": $l.n, "v": $v}', ['v']],
  ['$states.input.lines#$i[$i = $k]', ['k']],
  ['$states.input ~> |order|{"total": $total}|', ['total']],
])('the free variables of %s are found', (expression, expected) => {
  expect([...jsonataReferences(jsonata(expression)).variables]).toStrictEqual(expected);
});

test('every name that is not listed as a variable is a function', async () => {
  const scope = { input: {}, context: {}, variables: {}, at: 0, entropy: 'ab'.repeat(16) };
  expect([...builtInFunctionNames].length).toBeGreaterThan(50);
  for (const name of builtInFunctionNames) {
    const value = evaluateJsonata(`$exists($${name})`, scope, { stateName: 'S', field: 'Output' });
    await expect(value.then((exists) => [name, exists])).resolves.toStrictEqual([name, true]);
  }
});
