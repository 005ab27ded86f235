import { expect, test } from '@jest/globals';
import { toApiSpelling, toSdkSpelling } from './member-spelling.ts';

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
