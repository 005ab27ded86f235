import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { compareNumbers, isSame, parseJson, withNearestNumbers } from './exact-number.ts';
import type { ExactNumber, Json } from './json.ts';

describe('JSON with numbers that JavaScript would change', () => {
  test.each([
    ['9007199254740993', '9007199254740993'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['18446744073709551616', '18446744073709551616'],
    ['1.0', '1.0'],
    ['-0.0', '0.0'],
    ['100.00', '100.0'],
    ['1e2', '100.0'],
    ['1.50', '1.5'],
    ['0.1', '0.1'],
    ['42', '42'],
    ['-0', '0'],
    ['1e400', 'null'],
    ['{"a":[1.0,{"id":1234567890123456789,"n":1}]}', '{"a":[1.0,{"id":1234567890123456789,"n":1}]}'],
    ['"1.0 and 9007199254740993"', '"1.0 and 9007199254740993"'],
  ])('%s is read and written as %s', (text, written) => {
    expect(JSON.stringify(parseJson(text))).toBe(written);
  });

  test('any other JSON is read as by JSON.parse', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(withNearestNumbers(parseJson(text))).toStrictEqual(JSON.parse(text));
      }),
    );
  });

  test('every number is read alike, alone and beside one that JavaScript would change', () => {
    const digits = fc.stringMatching(/^(0|[1-9]\d{0,19})$/);
    const fraction = fc.stringMatching(/^(\.\d{1,20}|\.0{1,4}|)$/);
    const exponent = fc.stringMatching(/^([eE][+-]?\d{1,2}|)$/);
    const blank = fc.stringMatching(/^[ \n]?$/);
    fc.assert(
      fc.property(fc.constantFrom('', '-'), digits, fraction, exponent, blank, (sign, whole, part, power, space) => {
        const number = `${sign}${whole}${part}${power}`;
        for (const text of [number, `{"a":${space}${number}${space}}`, `[${space}${number},${number}${space}]`]) {
          expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify((parseJson(`[1.0,${text}]`) as Json[])[1]));
        }
      }),
    );
  });

  test.each([
    '{"at":"2026-11-28T10:20:30.123Z","id":"3f2504e0-4f89-11d3-9a0c-0305e82c3301","price":12.5}',
    '["arn:aws:states:us-east-1:000000000000:execution:a:1e5", "1.0"]',
    '{"card":"4111111111111111","trace":"1-5759e988-bd862e3fe1be46a994272793","hash":"0123456789012345678901234567"}',
  ])(
    'a text that has digits only in strings and short fractions is parsed without looking at each value: %s',
    (text) => {
      const parse = jest.spyOn(JSON, 'parse');
      try {
        parseJson(text);
        expect(parse).toHaveBeenCalledTimes(1);
      } finally {
        parse.mockRestore();
      }
    },
  );

  test('whole numbers of 64 bits survive', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (whole) => {
        expect(JSON.stringify(parseJson(`[${whole}]`))).toBe(`[${whole}]`);
      }),
    );
  });

  test('a value without such numbers is not copied', () => {
    const value = { a: [1, { b: 'x' }] };
    expect(withNearestNumbers(value)).toBe(value);
  });
});

describe('comparing numbers', () => {
  const read = (text: string) => parseJson(text) as number | ExactNumber;

  test('whole numbers compare exactly, of any size', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), fc.bigInt({ min: -2n, max: 2n }), (whole, more) => {
        const sign = Math.sign(compareNumbers(read(String(whole)), read(String(whole + more))));
        expect(sign + 0).toBe(more > 0n ? -1 : more < 0n ? 1 : 0);
      }),
    );
  });

  test('a whole number equals itself with a fraction of zero', () => {
    expect(compareNumbers(read('1'), read('1.0'))).toBe(0);
    expect(compareNumbers(read('1.5'), read('1.0'))).toBeGreaterThan(0);
    expect(compareNumbers(read('9007199254740993'), read('0.5'))).toBeGreaterThan(0);
  });

  test.each<[string, string, boolean]>([
    ['{"a":1,"b":[2]}', '{"b":[2.0],"a":1.0}', true],
    ['[1.0]', '[1]', true],
    ['[9007199254740993]', '[9007199254740992]', false],
    ['{"a":1.0}', '{"b":1.0}', false],
    ['[1.0]', '[1.0,2]', false],
    ['"1.0"', '1.0', false],
  ])('%s and %s are the same: %s', (left, right, same) => {
    const [a, b]: Json[] = [parseJson(left), parseJson(right)];
    expect(isSame(a, b)).toBe(same);
  });
});
