import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonComplaint, jsonFlaw } from './json-complaint.ts';

const VALUE = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'";

test.each([
  ['not JSON', `Unrecognized token 'not': was expecting (${VALUE})`],
  ["{'a': 1}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"],
  ['{"a" 1}', "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value"],
  ['{"a": 1 "b"}', `Unexpected character ('"' (code 34)): was expecting comma to separate Object entries`],
  ['[1 2]', "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries"],
  ['"open', 'Unexpected end-of-input: was expecting closing quote for a string value'],
])('Jackson’s complaint about %s', (text, complaint) => {
  expect(jsonComplaint(text)).toBe(complaint);
});

test.each([
  ['not JSON', '[Source: (String)"not JSON"; line: 1, column: 4]'],
  ['{\n  a', '[Source: (String)"{\n  a"; line: 2, column: 4]'],
  [
    `{"a": "${'x'.repeat(600)}`,
    `[Source: (String)"{"a": "${'x'.repeat(493)}"[truncated 107 chars]; line: 1, column: 608]`,
  ],
])('Jackson’s place of the flaw in %s', (text, place) => {
  expect(jsonFlaw(text)?.place).toBe(place);
});

test('JSON gives no cause for complaint, everything else does', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      expect(jsonComplaint(text) === undefined).toBe(isJson(text));
    }),
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
