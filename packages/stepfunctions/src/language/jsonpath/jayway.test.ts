import { describe, expect, test } from '@jest/globals';
import type { Json } from '../json.ts';
import answers from './jayway-answers.json' with { type: 'json' };
import { parsePath } from './path-parser.ts';
import { select } from './select.ts';

/**
 * Answers of Jayway's JsonPath 2.0.0 on Jackson's tree model to random paths. What AWS is known to answer agrees with that
 * version, and not with later ones: `[-1]` finds null, `[(@.length-1)]` the last element, `length()` is a name,
 * words of a filter need no quotes, and `$.nope[*]` finds an empty array.
 */
describe('JSONPath as Jayway 2.0.0 and AWS evaluate it', () => {
  const documents: readonly Json[] = answers.documents;

  test.each(documents.map((document, at) => [at, document] as const))('in document %i', (at, document) => {
    const expected = answers.answers.filter((answer) => answer.document === at);
    const ours = expected.map(({ path }) => {
      const selection = select(parsePath(path), document);
      return { document: at, path, ...(selection.found && { value: selection.value }) };
    });
    expect(expected.length).toBeGreaterThan(10);
    expect(ours).toStrictEqual(expected);
  });
});
