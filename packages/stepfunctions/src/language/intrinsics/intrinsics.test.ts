import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withNearestNumbers } from '../exact-number.ts';
import type { Json } from '../json.ts';
import type { Scope } from '../scope.ts';
import { StatesError } from '../states-error.ts';
import { SyntaxFault } from '../text-cursor.ts';
import { evaluateIntrinsic, intrinsicFunctions } from './evaluate-intrinsic.ts';
import { parseIntrinsic } from './intrinsic-parser.ts';

function call(text: string, input: Json = {}, entropy = 'ab'.repeat(16)): Json {
  const scope: Scope = {
    input,
    context: { Task: { Token: 't' } },
    variables: { template: "It's {}!" },
    at: 0,
    entropy,
  };
  return evaluateIntrinsic(text, scope, { stateName: 'S', field: 'Parameters' });
}

function failure(text: string, input: Json = {}): StatesError {
  try {
    call(text, input);
  } catch (error) {
    if (error instanceof StatesError) {
      return error;
    }
    throw error;
  }
  throw new Error(`${text} did not fail`);
}

test('there are eighteen intrinsic functions', () => {
  expect([...intrinsicFunctions.keys()]).toHaveLength(18);
});

describe('an intrinsic function', () => {
  const input = {
    list: [1, 2, 3, 3, '3', { x: 1, y: 2 }, { y: 2, x: 1 }],
    text: 'a.b,c',
    n: 4.5,
    o: { a: { p: 1 }, b: 1 },
  };
  test.each<[string, Json]>([
    ['States.Array()', []],
    ["States.Array(1, 'two', true, null, $.n, States.Array(1))", [1, 'two', true, null, 4.5, [1]]],
    ['States.ArrayPartition($.list, 3)', [[1, 2, 3], [3, '3', { x: 1, y: 2 }], [{ y: 2, x: 1 }]]],
    ['States.ArrayPartition(States.Array(), 3)', []],
    ['States.ArrayPartition($.list, 99)', [input.list]],
    ['States.ArrayContains($.list, 3)', true],
    ["States.ArrayContains($.list, '2')", false],
    ['States.ArrayRange(1, 9, 2)', [1, 3, 5, 7, 9]],
    ['States.ArrayRange(0, 3, 1)', [0, 1, 2, 3]],
    ['States.ArrayRange(3, 0, -2)', [3, 1]],
    ['States.ArrayRange(1, 0, 1)', []],
    ['States.ArrayRange(0.6, 2.4, 1)', [1, 2]],
    ['States.ArrayGetItem($.list, 4)', '3'],
    ['States.ArrayLength($.list)', 7],
    ['States.ArrayUnique($.list)', [1, 2, 3, '3', { x: 1, y: 2 }]],
    ["States.Base64Encode('Data to encode')", 'RGF0YSB0byBlbmNvZGU='],
    ["States.Base64Decode('RGF0YSB0byBkZWNvZGU=')", 'Data to decode'],
    ["States.Hash('input data', 'SHA-1')", createHash('sha1').update('input data').digest('hex')],
    ["States.Hash($.o, 'MD5')", createHash('md5').update('{"a":{"p":1},"b":1}').digest('hex')],
    ['States.JsonMerge($.o, States.StringToJson(\'{"a":{"q":2}}\'), false)', { a: { q: 2 }, b: 1 }],
    ['States.StringToJson(\'[1, "x"]\')', [1, 'x']],
    ["States.StringToJson('')", null],
    ['States.JsonToString($.o)', '{"a":{"p":1},"b":1}'],
    ['States.MathAdd(4, -1)', 3],
    ['States.MathAdd($.n, 1)', 6],
    ["States.StringSplit('1,2,,3', ',')", ['1', '2', '3']],
    ["States.StringSplit($.text, '.,')", ['a', 'b', 'c']],
    ["States.Format('Hello {}, {} {} {}', 'you', 1.5, null, true)", 'Hello you, 1.5 null true'],
    ["States.Format('\\{\\} \\'{}\\' \\\\', 1)", "{} '1' \\"],
    ['States.Format($template, $$.Task.Token)', "It's t!"],
    ["States.Format('{}', $.o)", '{a={p=1}, b=1}'],
    ['States.MathRandom(3, 4)', 3],
    ["States.ArrayGetItem(States.StringSplit('2020-05-27T08', 'T'), 0)", '2020-05-27'],
  ])('%s has the documented value', (text, expected) => {
    expect(call(text, input)).toStrictEqual(expected);
  });

  test('UUIDs are of version 4 and follow from the entropy', () => {
    expect(call('States.UUID()')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(call('States.UUID()')).toBe(call('States.UUID()'));
    expect(call('States.UUID()')).not.toBe(call('States.UUID()', {}, 'cd'.repeat(16)));
  });
});

describe('an intrinsic function that fails', () => {
  test.each([
    ["States.Format('{} {}', 1)", 'Number of arguments do not match the occurrences of {}'],
    ['States.Format(1)', 'The first argument must be a string, but was 1.'],
    ["States.StringToJson('{x')", 'The argument is not JSON: {x'],
    ['States.ArrayGetItem(States.Array(1), 1)', 'The index 1 is out of bounds for an array of 1 elements.'],
    ['States.ArrayGetItem(States.Array(1), -1)', 'The index -1 is out of bounds for an array of 1 elements.'],
    ['States.ArrayPartition(States.Array(1), 0)', 'The chunk size must be a positive number, but was 0.'],
    ['States.ArrayRange(0, 1000, 1)', 'A range must not have more than 1000 elements.'],
    ['States.ArrayRange(0, 2000000000, 1)', 'A range must not have more than 1000 elements.'],
    ['States.ArrayRange(0, 1, 0)', 'The step must not be zero.'],
    ["States.ArrayLength('x')", 'The first argument must be an array, but was "x".'],
    ["States.Base64Decode('%%')", 'Invalid Base64 argument'],
    ["States.Hash('x', 'CRC32')", 'The algorithm must be one of MD5, SHA-1, SHA-256, SHA-384, SHA-512.'],
    ['States.JsonMerge($, $, true)', 'Deep merging is not supported: the third argument must be false.'],
    ['States.MathAdd(2147483648, 1)', 'The first argument must be between -2147483648 and 2147483647.'],
    ["States.MathAdd('1', 1)", 'The first argument must be a number, but was "1".'],
    ['States.MathRandom(5, 5)', 'The end 5 must be greater than the start 5.'],
    ['States.UUID(1)', '1 arguments are too many.'],
    ['States.Nope()', 'There is no function States.Nope.'],
  ])('%s fails with AWS’s reason', (text, reason) => {
    const error = failure(text);
    expect(error.errorName).toBe('States.IntrinsicFailure');
    expect(error.message).toBe(`The function '${text}' had the following error: ${reason}`);
  });

  test('more than 10,000 characters are refused where AWS refuses them', () => {
    const input = { long: 'x'.repeat(10_001), fits: 'x'.repeat(10_000) };
    for (const name of ['Base64Encode', 'Base64Decode']) {
      expect(failure(`States.${name}($.long)`, input).errorName).toBe('States.IntrinsicFailure');
    }
    expect(failure("States.Hash($.long, 'MD5')", input).errorName).toBe('States.IntrinsicFailure');
    expect(call('States.Base64Encode($.fits)', input)).toHaveLength(13_336);
  });

  test.each([
    ["States.Format('{}', $.nope)", '$.nope'],
    ["States.Format('{} {}',$.a, $.list[5])", '$.list[5]'],
    ["States.Format('{}', States.ArrayLength($.list[5].x))", '$.list[5].x'],
    ["States.Format('{}', $$.Nope.Deep)", '$.Nope.Deep'],
  ])('a path of %s that leads nowhere is named with the whole call', (text, path) => {
    const error = failure(text, { a: 1, list: [1] });
    expect(error.errorName).toBe('States.Runtime');
    expect(error.message).toBe(
      `The function '${text}' had the following error: ` +
        `The JsonPath argument for the field '${path}' could not be found in the input '{"a":1,"list":[1]}'`,
    );
  });

  test('a path that cannot go on from a value says so in the words of AWS’s library', () => {
    expect(failure("States.Format('{}', $.a[0])", { a: 1 }).message).toBe(
      "The function 'States.Format('{}', $.a[0])' had the following error: " +
        'Filter: [0] can only be applied to arrays. Current context is: 1',
    );
  });

  test.each([
    'States.Format',
    "States.Format('a)",
    "States.Format('a' 'b')",
    "States.Format('\\n')",
    'States.Array(1,)',
    'States.Array(x)',
    'States.UUID() x',
    'Format()',
  ])('%s is not a call of an intrinsic function', (text) => {
    expect(() => parseIntrinsic(text)).toThrow(SyntaxFault);
  });

  test('calls nest ten deep and no deeper', () => {
    const nested = (depth: number) => 'States.Array('.repeat(depth) + ')'.repeat(depth);
    expect(call(nested(10))).toHaveLength(1);
    expect(() => parseIntrinsic(nested(11))).toThrow('nested 10 deep');
  });
});

describe('properties of intrinsic functions', () => {
  const json = fc.jsonValue().map((value) => value as Json);
  test('text survives a round trip through JSON and Base64', () => {
    fc.assert(
      fc.property(json, fc.string({ unit: 'grapheme' }), (value, text) => {
        expect(withNearestNumbers(call('States.StringToJson(States.JsonToString($.v))', { v: value }))).toStrictEqual(
          JSON.parse(JSON.stringify(value)),
        );
        expect(call('States.Base64Decode(States.Base64Encode($.t))', { t: text })).toBe(Buffer.from(text).toString());
      }),
    );
  });

  test('the chunks of an array make up the array', () => {
    fc.assert(
      fc.property(fc.array(json), fc.integer({ min: 1, max: 9 }), (list, n) => {
        const chunks = call('States.ArrayPartition($.list, $.n)', { list, n }) as Json[][];
        expect(chunks.flat(1)).toStrictEqual(list.flat(0));
        expect(chunks.slice(0, -1).every((chunk) => chunk.length === n)).toBe(true);
      }),
    );
  });

  test('every element is in its array, and unique elements are unique', () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 1 }), fc.nat(), (list, at) => {
        const value = list[at % list.length] as Json;
        expect(call('States.ArrayContains($.list, $.value)', { list, value })).toBe(true);
        const unique = call('States.ArrayUnique($.list)', { list }) as Json[];
        expect(call('States.ArrayUnique($.list)', { list: unique })).toStrictEqual(unique);
      }),
    );
  });

  test('a random number lies in its range and follows from its seed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 0, max: 999 }),
        (from, width, seed) => {
          const input = { from, to: from + width, seed };
          const drawn = call('States.MathRandom($.from, $.to)', input) as number;
          const seeded = call('States.MathRandom($.from, $.to, $.seed)', input) as number;
          for (const number of [drawn, seeded]) {
            expect(Number.isInteger(number)).toBe(true);
            expect(number).toBeGreaterThanOrEqual(from);
            expect(number).toBeLessThan(from + width);
          }
          expect(call('States.MathRandom($.from, $.to, $.seed)', input, 'cd'.repeat(16))).toBe(seeded);
        },
      ),
    );
  });

  test('any string can be written as a literal with escapes', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const written = text.replaceAll(/[\\'{}]/g, (character) => `\\${character}`);
        expect(call(`States.Array('${written}')`)).toStrictEqual([text]);
        expect(call(`States.Format('${written}')`)).toBe(text);
      }),
    );
  });
});
