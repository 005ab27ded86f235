import { expect, test } from '@jest/globals';
import { parseJson } from '../language/exact-number.ts';
import type { JsonObject } from '../language/json.ts';
import { toApiSpelling, toLanguageNames, toSdkSpelling, withDates } from './member-spelling.ts';

const sdk = {
  Item: { tags: { Ss: ['a'] }, on: { Bool: true }, map: { M: { none: { Nul: true } } }, Bool: { S: 'x' } },
};
const api = {
  Item: { tags: { SS: ['a'] }, on: { BOOL: true }, map: { M: { none: { NULL: true } } }, Bool: { S: 'x' } },
};

test('types of attribute values are renamed between the SDK and the API, attributes with such a name are not', () => {
  expect(toApiSpelling(sdk)).toEqual(api);
  expect(toSdkSpelling(api)).toEqual(sdk);
});

test('numbers that JavaScript would change stay as they are', () => {
  const value = parseJson('{"Limit":10.0,"List":[9223372036854775807]}') as JsonObject;
  const same = [toApiSpelling(value), toSdkSpelling(value), toLanguageNames(value), withDates(value, String)];
  expect(same.map((each) => JSON.stringify(each))).toEqual(
    same.map(() => '{"Limit":10.0,"List":[9223372036854775807]}'),
  );
});
