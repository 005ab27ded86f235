import { expect, test } from '@jest/globals';
import { openApiDocument } from '../openapi-document.ts';
import { OPERATIONS } from './operations.ts';
import { eventId } from './payment-events.ts';

// What people read: the refusals of fields, and the documentation.

/** Values that hardly any field of a body takes. */
const WRONG_JSON = [null, false, -1.5, '', { wrong: true }, [[]]];

/** The same of a query, a header or a path, which are always text. */
const WRONG_TEXT = ['', ' ', 'x', '-1.5', '\u0000', 'x'.repeat(5_000)];

/** The paths of every member of an example, at any depth. */
function pathsOf(value: unknown, path: readonly PropertyKey[] = []): readonly (readonly PropertyKey[])[] {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return entries.flatMap(([key, member]) => [[...path, key], ...pathsOf(member, [...path, key])]);
}

function replaced(value: unknown, [key, ...rest]: readonly PropertyKey[], by: unknown): unknown {
  if (key === undefined) {
    return by;
  }
  const copy = structuredClone(value) as Record<PropertyKey, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

const requests = OPERATIONS.flatMap(({ id, body, query, headers, path }) => [
  ...(body === undefined
    ? []
    : [
        {
          id,
          schema: body.schema,
          example: body.example,
          wrongs: WRONG_JSON,
          // A form is an object in any case.
          members: [...(body.mediaType === undefined ? [[]] : []), ...pathsOf(body.example)],
        },
      ]),
  ...[query, headers, path].flatMap((schema) => {
    const names = Object.keys(schema?.shape ?? {});
    const example = Object.fromEntries(names.map((name) => [name, 'x']));
    return schema === undefined
      ? []
      : [{ id, schema, example, wrongs: WRONG_TEXT, members: names.map((name) => [name]) }];
  }),
]);

test('whatever is wrong with a field, its refusal says in our words what the field must be', () => {
  const said = requests.flatMap(({ id, schema, example, wrongs, members }) =>
    members.flatMap((member) =>
      wrongs.flatMap((wrong) =>
        (schema.safeParse(replaced(example, member, wrong)).error?.issues ?? [])
          // The reader of requests words these, with the fields that there are.
          .filter(({ code }) => code !== 'unrecognized_keys')
          .map(({ path, message }) => `${id} ${path.join('.')}: ${message}`),
      ),
    ),
  );
  expect(said.length).toBeGreaterThan(200);
  expect([...new Set(said)].filter((each) => !/: (the body )?(must|is|names) /.test(each))).toEqual([]);
});

/** The places of a document whose text is missing. */
function withoutText(value: unknown, place = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, member]) => {
    const at = `${place}/${key}`;
    const isText = ['description', 'summary'].includes(key) && typeof member === 'string';
    return isText ? (member.trim() === '' ? [at] : []) : withoutText(member, at);
  });
}

test('no description of the documentation is empty, and every parameter has one', () => {
  const document = openApiDocument();
  expect(withoutText(document)).toEqual([]);
  const parameters = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.values(item).flatMap(({ parameters: own = [] }) =>
      (own as readonly { readonly name: string; readonly description?: string }[]).map((each) => ({ path, ...each })),
    ),
  );
  expect(parameters.length).toBeGreaterThan(20);
  expect(
    parameters.filter(({ description }) => description === undefined).map(({ path, name }) => `${path} ${name}`),
  ).toEqual([]);
});

test('another spelling of a call is marked as deprecated, and the call itself is not', () => {
  const { paths } = openApiDocument();
  const spellings = OPERATIONS.flatMap(({ method, paths: [first, ...others] }) => [
    { path: first, method, isAlias: false },
    ...others.map((path) => ({ path, method, isAlias: true })),
  ]);
  expect(spellings.filter(({ isAlias }) => isAlias).length).toBeGreaterThan(0);
  expect(
    spellings.filter(({ path, method, isAlias }) => (paths?.[path]?.[method]?.deprecated === true) !== isAlias),
  ).toEqual([]);
});

test('the id of an event is taken as a whole, not where a part of it would do', () => {
  expect(eventId.safeParse('evt_5f0d2c9e').success).toBe(true);
  for (const id of ['evt 1', '\nevt_1', 'evt_1\n', '<evt_1', 'evt_1>', 'e'.repeat(65)]) {
    expect([id, eventId.safeParse(id).success]).toEqual([id, false]);
  }
});
