import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from './json.ts';
import { applyItemsPath, applyPath, applyResultPath } from './path-field.ts';
import { evaluatePayloadTemplate } from './payload-template.ts';
import type { Scope } from './scope.ts';
import { StatesError } from './states-error.ts';

const scope: Scope = {
  input: { a: { b: [1, 2] }, s: 'text' },
  context: { Execution: { Id: 'arn' } },
  variables: { v: { w: 5 } },
  at: 0,
  entropy: 'ab'.repeat(16),
};
function at(field: string) {
  return { stateName: 'S', field };
}

function failure(run: () => unknown): StatesError {
  try {
    run();
  } catch (error) {
    if (error instanceof StatesError) {
      return error;
    }
    throw error;
  }
  throw new Error('expected a StatesError');
}

describe('a path field', () => {
  test.each<[string | null | undefined, Json]>([
    [undefined, scope.input],
    ['$', scope.input],
    [null, {}],
    ['$.a.b[1]', 2],
    ['$$', scope.context],
    ['$$.Execution.Id', 'arn'],
    ['$v', { w: 5 }],
    ['$v.w', 5],
    ["States.Format('{}!', $.s)", 'text!'],
  ])('%s selects its value', (path, expected) => {
    expect(applyPath(path, scope, at('CausePath'))).toStrictEqual(expected);
  });

  test.each([
    ['InputPath', '$.nope', "Invalid path '$.nope' : No results for path: $['nope']"],
    ['OutputPath', '$.nope.deep', "Invalid path '$.nope.deep' : Missing property in path $['nope']"],
    [
      'ErrorPath',
      '$.nope',
      `The JSONPath '$.nope' specified for the field 'ErrorPath' could not be found in the input '${JSON.stringify(scope.input)}'`,
    ],
    [
      'SecondsPath',
      '$nope',
      `The JSONPath '$nope' specified for the field 'SecondsPath' could not be found in the input '${JSON.stringify(scope.input)}'`,
    ],
  ])('%s of %s fails', (field, path, cause) => {
    const error = failure(() => applyPath(path, scope, at(field)));
    expect(error.errorName).toBe('States.Runtime');
    expect(error.message).toBe(cause);
    expect(error.bare).toBe(false);
  });

  test('the items of a Map must be an array', () => {
    expect(applyItemsPath('$.a.b', scope, at('ItemsPath'))).toStrictEqual([1, 2]);
    const error = failure(() => applyItemsPath(undefined, scope, at('ItemsPath')));
    expect(error.message).toBe('Reference path "$" must point to array.');
    const fromContext = failure(() => applyItemsPath('$$.Execution', scope, at('ItemsPath')));
    expect(fromContext.message).toBe('Reference path "$.Execution" must point to array.');
  });
});

/** Whether no member's name ends in `.$`. */
function holdsNoReference(value: unknown): boolean {
  return !/\.\$":/.test(JSON.stringify(value));
}

describe('a payload template', () => {
  test('members that end in .$ are filled in at any depth, all others stay', () => {
    const template = {
      'whole.$': '$',
      'id.$': '$$.Execution.Id',
      nested: [{ 'w.$': '$v.w', literal: '$.a' }, 'States.UUID()'],
      'number.$': 5,
      constant: { list: [1, { x: null }] },
      'text.$': "States.Format('{}-{}', $.s, States.ArrayLength($.a.b))",
    };
    expect(evaluatePayloadTemplate(template, scope, at('Parameters'))).toStrictEqual({
      whole: scope.input,
      id: 'arn',
      nested: [{ w: 5, literal: '$.a' }, 'States.UUID()'],
      'number.$': 5,
      constant: { list: [1, { x: null }] },
      text: 'text-2',
    });
  });

  test('a path that leads nowhere names the member', () => {
    const error = failure(() => evaluatePayloadTemplate({ deep: { 'value.$': '$.nope' } }, scope, at('Parameters')));
    expect(error.errorName).toBe('States.Runtime');
    expect(error.message).toBe(
      `The JSONPath '$.nope' specified for the field 'value.$' could not be found in the input '${JSON.stringify(scope.input)}'`,
    );
  });

  test('two identifiers of one template differ', () => {
    const filled = evaluatePayloadTemplate({ 'a.$': 'States.UUID()', 'b.$': 'States.UUID()' }, scope, at('Assign')) as {
      a: string;
      b: string;
    };
    expect(filled.a).not.toBe(filled.b);
  });

  test('a template without references is itself', () => {
    fc.assert(
      fc.property(fc.jsonValue().filter(holdsNoReference), (value) => {
        expect(evaluatePayloadTemplate(value as Json, scope, at('Parameters'))).toBe(value);
      }),
    );
  });
});

describe('ResultPath', () => {
  test.each<[string | null | undefined, Json, Json, Json]>([
    [undefined, { a: 1 }, 2, 2],
    ['$', { a: 1 }, 2, 2],
    [null, { a: 1 }, 2, { a: 1 }],
    ['$.r', { a: 1 }, 2, { a: 1, r: 2 }],
    ['$.a', { a: 1 }, 2, { a: 2 }],
    ['$.x.y', { a: 1 }, 2, { a: 1, x: { y: 2 } }],
    ["$['x y']", {}, 2, { 'x y': 2 }],
    ['$.list[1]', { list: [1, 2, 3] }, 9, { list: [1, 9, 3] }],
    ['$.list[0].n', { list: [{ m: 1 }] }, 9, { list: [{ m: 1, n: 9 }] }],
  ])('%s places the result', (path, input, result, expected) => {
    const before = structuredClone(input);
    expect(applyResultPath(path, input, result)).toStrictEqual(expected);
    expect(input).toStrictEqual(before);
  });

  test.each<[string, Json]>([
    ['$.r', 'text'],
    ['$.a.b', { a: 1 }],
    ['$.list[5]', { list: [1] }],
    ['$.list.x', { list: [1] }],
  ])('%s has no place in %j', (path, input) => {
    const error = failure(() => applyResultPath(path, input, 1));
    expect(error.errorName).toBe('States.ResultPathMatchFailure');
    expect(error.message).toBe(`Unable to apply ReferencePath ${path} to input ${JSON.stringify(input)}`);
  });
});
