import { expect, test } from '@jest/globals';
import { DefinitionError, parseDefinition } from './definition.ts';

const pass = { Type: 'Pass', End: true };

test('every state knows its query language: its own, else the machine’s, whatever encloses it', () => {
  const definition = parseDefinition(
    JSON.stringify({
      StartAt: 'A',
      States: {
        A: pass,
        B: { ...pass, QueryLanguage: 'JSONata' },
        M: { Type: 'Map', QueryLanguage: 'JSONata', Iterator: { StartAt: 'I', States: { I: pass } }, End: true },
        P: { Type: 'Parallel', Branches: [{ StartAt: 'Q', States: { Q: pass } }], End: true },
      },
    }),
  );
  const { A, B, M, P } = definition.States;
  expect([definition.QueryLanguage, A?.QueryLanguage, B?.QueryLanguage]).toStrictEqual([
    'JSONPath',
    'JSONPath',
    'JSONata',
  ]);
  expect(M?.Type === 'Map' && M.ItemProcessor.States.I?.QueryLanguage).toBe('JSONPath');
  expect(M !== undefined && 'Iterator' in M).toBe(false);
  expect(P?.Type === 'Parallel' && P.Branches[0]?.States.Q?.QueryLanguage).toBe('JSONPath');
});

test.each(['{', 'null', '[]', '{}', '{"StartAt":"A"}', '{"StartAt":1,"States":{}}'])(
  '%s is not a definition',
  (text) => {
    expect(() => parseDefinition(text)).toThrow(DefinitionError);
  },
);
