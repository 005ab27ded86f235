import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JSONPath } from 'jsonpath-plus';
import type { Json } from '../json.ts';
import { SyntaxFault } from '../text-cursor.ts';
import { parsePath } from './path-parser.ts';
import { select } from './select.ts';

const store = {
  book: [
    { title: 'A', price: 8, tags: ['x', 'y'], isbn: null },
    { title: 'B', price: 12, tags: [] },
    { title: 'C', price: 20, author: { name: 'N' } },
  ],
  'odd-name': 1,
  "it's": 2,
  'a\\"b': 3,
  limit: 10,
  '@type': 4,
  'aws:name': 5,
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
    ['$.book[-1]', null],
    ['$.book[-1].title', undefined],
    ['$.book[(@.length-1)].title', 'C'],
    ['$.book[(@.length - 3)].title', 'A'],
    ['$.book[(@.length-4)]', null],
    ['$.limit[(@.length-1)]', undefined],
    ['$.book[0].isbn', null],
    ['$.odd-name', 1],
    ["$['it\\'s']", 2],
    [`$['a\\"b']`, 3],
    ['$.book[3]', null],
    ['$.book[-9]', null],
    ['$.book[3].title', undefined],
    ['$.limit[0]', undefined],
    ['$.book[*].tags[1]', ['y', null]],
    ['$.book[0,9].price', undefined],
    ['$.book[0].tags[0,9]', ['x', null]],
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
    ['$.book[0:3:2].title', ['A', 'B', 'C']],
    ['$.book[0:-1].title', []],
    ['$.book[:-1].title', ['A', 'B']],
    ['$.book[0,2].title', ['A', 'C']],
    ["$[ 'book' ][ 0 , 2 ].title", ['A', 'C']],
    ['$.book[ 1 : 3 ].title', ['B', 'C']],
    ['$.book[ * ].title ', ['A', 'B', 'C']],
    ['$.book[ ?( @.price<10 ) ].title', ['A']],
    ["$.book[?(@.title=='B')].price", [12]],
    ["$.book[?(@.title!='B'&&@.price>=8)].price", [8, 20]],
    ['$.book[?(@.price<10||@.price>15)].title', ['A', 'C']],
    ['$.book[?(@.title==B)].price', [12]],
    ['$.book[?(@.title == B && @.price == 12)].price', [12]],
    ["$.book[?('B'==@.title)].price", [12]],
    ['$.book[?(@.price<$.limit)].title', ['A']],
    ['$.book[?(@.title=~/[ab]/i)].title', ['A', 'B']],
    ["$.book[?(@.title=='A'||@.title==C)].price", [8, 20]],
    ['$.book[?(@.title in [A, C])].title', ['A', 'C']],
    ["$.book[?(@.price == '12')].title", ['B']],
    ["$.book[?(@.price === '12')].title", []],
    ['$.book[?(@.price !== 12)].title', ['A', 'C']],
    ["$.book[?(@.tags all ['x', 'y'])].title", ['A']],
    ['$.book[?(@.isbn)].title', []],
    ['$.book[?(!@.isbn)].title', ['A', 'B', 'C']],
    ['$.@type', 4],
    ['$.aws:name', 5],
    ["$.book[0]['title','price','nope']", { title: 'A', price: 8 }],
    [
      "$.book[*]['title','price','nope']",
      [
        { title: 'A', price: 8 },
        { title: 'B', price: 12 },
        { title: 'C', price: 20 },
      ],
    ],
    ["$.limit['title','price']", undefined],
    ["$.book[0]['title','tags'].x", undefined],
    ["$..['title','author']", [{ title: 'C', author: { name: 'N' } }]],
    ['$..[?(@.isbn == null)].title', ['A']],
    ['$..[?(@.author)].title', ['C']],
    ['$.book.length()', undefined],
    ['$.book[*].price.sum()', []],
    ['$.book[?(@.tags.length() == 2)].title', []],
    ['$.book[0:2].author', undefined],
    ['$.book[?(@.price>10)].author', undefined],
    ['$.book[*].author', [{ name: 'N' }]],
    ['$.book[?(@.author.name != 1)].title', ['C']],
    ['$.book[?(@.tags != 1)].title', []],
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
    ["$.book[?(@.price > '9')].title", ['B', 'C']],
    ['$.book[?(@.title > 1)].title', ['A', 'B', 'C']],
    ["$.book[?(@.price > 'x')].title", []],
  ])('%s selects its values', (path, expected) => {
    expect(find(path)).toStrictEqual(expected);
  });

  test.each([
    ['$.nope', "No results for path: $['nope']"],
    ['$.nope.deeper', "Missing property in path $['nope']"],
    ['$.book[7].title', "Property ['title'] not found in path $['book'][7]"],
    ['$.book[7][0]', "The path $['book'][7] is null"],
    ['$.limit[0]', 'Filter: [0] can only be applied to arrays. Current context is: 10'],
    ['$.book.length()', "Property ['length()'] not found in path $['book']"],
    ['$.book[0:2].author', "No results for path: $['book'][0]['author']"],
    ["$.book[0]['title','tags'].x", "Multi properties can only be used as path leafs: $['book'][0]['title', 'tags']"],
    ['$.limit[?(@.a)]', 'Filter: [?] can not be applied to primitives. Current context is: 10'],
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
    '$.list[:]',
    '$.list[::2]',
  ])('%s is not a path', (path) => {
    expect(() => parsePath(path)).toThrow(SyntaxFault);
  });

  test('a path starts from the input, the context or a variable', () => {
    expect(parsePath('$.a').root).toStrictEqual({ kind: 'INPUT' });
    expect(parsePath('$$.a').root).toStrictEqual({ kind: 'CONTEXT' });
    expect(parsePath('$a_1[0]').root).toStrictEqual({ kind: 'VARIABLE', name: 'a_1' });
  });
});

/**
 * Without strings, whose characters jsonpath-plus takes for elements. AWS differs from it in these ways, which the tests
 * account for: it finds null behind the end of an array, applies a filter to an object itself rather than to its members,
 * answers one object for a union of names, and finds nothing at all where a path meets a value that it cannot go on
 * from. `jayway.test.ts` has AWS's ways.
 */
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
          fc.pre(ours.found);
          const values = sorted(ours).filter((value) => value !== 'null');
          if (path.segments.filter(({ kind }) => kind !== 'MEMBER' && kind !== 'INDEX').length < 2) {
            expect(values).toStrictEqual(sortedValues(theirs));
          } else {
            // A wildcard leaves a whole element out where a later segment stops in it.
            expect(sortedValues(theirs)).toStrictEqual(expect.arrayContaining(values));
          }
        } else {
          const found = ours.found ? [ours.value] : [];
          expect(theirs.length === 0 && ours.found && ours.value === null ? [] : found).toStrictEqual(theirs);
        }
      }),
      { numRuns: 2000 },
    );
  });

  const operand = fc.constantFrom('@.a', "@['b']", '@.c.a');
  const operator = fc.constantFrom('==', '!=', '<', '>', '<=', '>=', '===', '!==');
  const blank = fc.constantFrom('', ' ', '  ');
  const comparison = fc
    .tuple(operand, blank, operator, blank, fc.constantFrom('1', '2', '1.5'))
    .map(([left, before, between, after, right]) => `${left}${before}${between}${after}${right}`);
  const filter = fc.oneof(
    comparison,
    fc.tuple(comparison, blank, fc.constantFrom('&&', '||'), blank, comparison).map((parts) => parts.join('')),
    comparison.map((inner) => `!(${inner})`),
  );
  const element = fc.record({ a: fc.constantFrom(1, 2, 3), b: fc.constantFrom(1, 2), c: fc.record({ a: fc.nat(2) }) });

  test('holds of filters, with and without blanks around their operators', () => {
    fc.assert(
      fc.property(fc.array(element, { maxLength: 4 }), filter, blank, (json, condition, space) => {
        const theirs = JSONPath({ path: `$[?(${condition})]`, json, wrap: true, eval: 'safe' }) as Json[];
        const ours = select(parsePath(`$[${space}?(${space}${condition}${space})${space}]`), json);
        expect(ours).toStrictEqual({ found: true, value: theirs });
      }),
      { numRuns: 1000 },
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
