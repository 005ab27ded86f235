import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JSONPath } from 'jsonpath-plus';
import type { Json } from '../json.ts';
import { SyntaxFault } from '../text-cursor.ts';
import { parsePath } from './path-parser.ts';
import { select } from './select.ts';

const store: Json = {
  book: [
    { title: 'A', price: 8, tags: ['x', 'y'], isbn: null },
    { title: 'B', price: 12, tags: [] },
    { title: 'C', price: 20, author: { name: 'N' } },
  ],
  'odd-name': 1,
  "it's": 2,
  'a\\"b': 3,
  limit: 10,
};

function find(path: string): Json | undefined {
  const selection = select(parsePath(path), store);
  return selection.found ? selection.value : undefined;
}

describe('a JSONPath', () => {
  test.each<[string, Json | undefined]>([
    ['$', store],
    ['$.book[0].title', 'A'],
    ["$['book'][0]['title']", 'A'],
    ['$["book"][0]["title"]', 'A'],
    ['$.book[-1].title', 'C'],
    ['$.book[0].isbn', null],
    ['$.odd-name', 1],
    ["$['it\\'s']", 2],
    [`$['a\\"b']`, 3],
    ['$.book[3]', undefined],
    ['$.nope', undefined],
    ['$.nope.deeper', undefined],
    ['$.limit.deeper', undefined],
    ['$.book.title', undefined],
    ['$.toString', undefined],
    ['$.book[*].title', ['A', 'B', 'C']],
    ['$.book[1:].title', ['B', 'C']],
    ['$.book[:1].title', ['A']],
    ['$.book[-2:].title', ['B', 'C']],
    ['$.book[0:2].title', ['A', 'B']],
    ['$.book[0:3:2].title', ['A', 'C']],
    ['$.book[0,2].title', ['A', 'C']],
    ['$.book[0,9].title', ['A']],
    ["$.book[0]['title','price','nope']", [{ title: 'A', price: 8 }]],
    ['$..title', ['A', 'B', 'C']],
    ['$..author.name', ['N']],
    ['$.nope[*].title', []],
    ['$.limit[*]', []],
    ['$.book[?(@.price < 10)].title', ['A']],
    ['$.book[?(@.price < $.limit)].title', ['A']],
    ["$.book[?(@.title == 'B')].price", [12]],
    ["$.book[?(@.title != 'B')].price", [8, 20]],
    ["$.book[?(@.price > 10 && @.title != 'C')].title", ['B']],
    ["$.book[?(@.price > 10 || @['title'] == 'A')].title", ['A', 'B', 'C']],
    ['$.book[?(!(@.price > 10))].title', ['A']],
    ['$.book[?(@.author)].title', ['C']],
    ['$.book[?(!@.author)].title', ['A', 'B']],
    ['$.book[?(@.title =~ /[ab]/i)].title', ['A', 'B']],
    ["$.book[?(@.title in ['A', 'C'])].title", ['A', 'C']],
    ["$.book[?(@.title nin ['A', 'C'])].title", ['B']],
    ["$.book[?(@.tags contains 'x')].title", ['A']],
    ["$.book[?(@.tags subsetof ['x', 'y', 'z'])].title", ['A', 'B']],
    ["$.book[?(@.tags anyof ['y'])].title", ['A']],
    ["$.book[?(@.tags noneof ['y'])].title", ['B']],
    ['$.book[?(@.tags size 2)].title', ['A']],
    ['$.book[?(@.tags empty true)].title', ['B']],
    ['$.book[?(@.isbn == null)].title', ['A']],
    ["$.book[?(@.price > '1')].title", []],
  ])('%s selects its values', (path, expected) => {
    expect(find(path)).toStrictEqual(expected);
  });

  test.each([
    ['$.nope', "No results for path: $['nope']"],
    ['$.nope.deeper', "Missing property in path $['nope']"],
    ['$.book[7].title', "Missing property in path $['book'][7]"],
    ['$.book[7]', "No results for path: $['book'][7]"],
  ])('%s says why it found nothing', (path, reason) => {
    expect(select(parsePath(path), store)).toStrictEqual({ found: false, reason });
  });

  test.each([
    '',
    'a',
    '$.',
    '$[',
    "$['a",
    '$[]',
    '$.a b',
    '$..',
    '$[?(@.a ==)]',
    '$[?(@.a =~ /(/)]',
    '$.a[1:2',
    '$.list.length()',
  ])('%s is not a path', (path) => {
    expect(() => parsePath(path)).toThrow(SyntaxFault);
  });

  test('a path starts from the input, the context or a variable', () => {
    expect(parsePath('$.a').root).toStrictEqual({ kind: 'INPUT' });
    expect(parsePath('$$.a').root).toStrictEqual({ kind: 'CONTEXT' });
    expect(parsePath('$a_1[0]').root).toStrictEqual({ kind: 'VARIABLE', name: 'a_1' });
  });
});

/** Without strings, whose characters jsonpath-plus takes for elements. */
describe('agreement with jsonpath-plus', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const document = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom(1, 2, true),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  const segment = fc.oneof(
    name.map((key) => `.${key}`),
    name.map((key) => `['${key}']`),
    fc.nat(3).map((index) => `[${index}]`),
    fc.constantFrom('[*]', '.*', '[0:2]', '[1:]', '[:2]', '[0,1]'),
    name.map((key) => `..${key}`),
  );

  test('holds on random documents and paths', () => {
    fc.assert(
      fc.property(document, fc.array(segment, { minLength: 1, maxLength: 4 }), (json, segments) => {
        const text = `$${segments.join('')}`;
        const path = parsePath(text);
        const theirs = JSONPath({ path: text, json: json as object, wrap: true, eval: false }) as Json[];
        const ours = select(path, json as Json);
        if (!path.definite) {
          expect(sorted(ours)).toStrictEqual(sortedValues(theirs));
        } else {
          expect(ours.found ? [ours.value] : []).toStrictEqual(theirs);
        }
      }),
      { numRuns: 2000 },
    );
  });

  const sortedValues = (values: readonly Json[]) => values.map((value) => JSON.stringify(value)).sort();
  const sorted = (selection: ReturnType<typeof select>) =>
    selection.found && Array.isArray(selection.value) ? sortedValues(selection.value) : [];
});

describe('a filter that looks through the document for every element is stopped', () => {
  const input = Array.from({ length: 5_000 }, (_, at) => ({ x: at, list: [at] }));
  test.each(['$[?(@.x in $..y)]', '$[?($..list[?(@ in $..y)])]', '$[?($[*].x subsetof $[*].x)]'])(
    '%s is stopped',
    (text) => {
      expect(() => select(parsePath(text), input)).toThrow('looks at more than');
    },
  );
});
