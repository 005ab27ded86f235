import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { httpEvent } from '../../tests/support/http-event.ts';
import { parseYaml } from '../../tests/support/yaml.ts';
import { OPERATIONS } from './contract/operations.ts';
import { handler as health } from './health.ts';
import { openApiDocument, handler as openapiDocument } from './openapi-document.ts';

process.env.AUTH_MODE = 'none';

interface FunctionDescription {
  readonly handler: string;
  readonly role: string;
  readonly events?: readonly { readonly http?: { readonly method: string; readonly path: string } }[];
}

const described = parseYaml(readFileSync(new URL('../functions.yml', import.meta.url), 'utf8')) as Readonly<
  Record<string, FunctionDescription>
>;

test('every route is documented, and every documented route exists', () => {
  const calls = Object.entries(described).filter(([key]) => key !== 'console');
  // The files of the console and of this documentation are no calls.
  const routes = calls.flatMap(([key, { events = [] }]) =>
    events.flatMap(({ http }) =>
      http === undefined || http.path.endsWith('{proxy+}') ? [] : [`${key} ${http.method} ${http.path}`],
    ),
  );
  const documented = OPERATIONS.flatMap(({ id, method, paths }) => paths.map((path) => `${id} ${method} ${path}`));
  expect(documented.toSorted()).toEqual(routes.toSorted());
  const inDocument = Object.entries(openApiDocument().paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  expect(inDocument.toSorted()).toEqual(documented.map((route) => route.slice(route.indexOf(' ') + 1)).toSorted());
});

test('every function has a file and a role of its own', () => {
  const roles = Object.values(described).map(({ role }) => role);
  expect(new Set(roles).size).toBe(roles.length);
  expect(roles.length).toBeGreaterThan(OPERATIONS.length);
  for (const { handler } of Object.values(described)) {
    const file = new URL(`../../${handler.replace(/\.handler$/, '.ts')}`, import.meta.url);
    expect(readFileSync(file, 'utf8')).toContain('export const handler');
  }
});

test('the documented examples match their schemas', () => {
  const bodies = OPERATIONS.flatMap(({ id, body }) =>
    body === undefined ? [] : [[id, body.schema, body.example] as const],
  );
  const replies = OPERATIONS.flatMap(({ id, success }) =>
    'data' in success ? [[id, success.data, success.example] as const] : [],
  );
  expect(bodies.map(([id]) => id)).toEqual(expect.arrayContaining(['placeOrder', 'cancelOrder', 'pay']));
  expect(replies.map(([id]) => id)).toEqual(expect.arrayContaining(['placeOrder', 'orderStatus', 'listStocks']));
  for (const [id, schema, example] of [...bodies, ...replies]) {
    expect({ id, ...schema.safeParse(example) }).toMatchObject({ id, success: true });
  }
});

test('the OpenAPI document describes what the endpoint checks', () => {
  const { paths, openapi } = openApiDocument();
  expect(openapi).toBe('3.1.0');
  const place = paths?.['/orders/place']?.post;
  expect(place?.requestBody).toMatchObject({
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          additionalProperties: false,
          required: ['list'],
          properties: {
            list: {
              minItems: 1,
              maxItems: 50,
              items: { properties: { count: { type: 'integer', minimum: 1, maximum: 1_000_000 } } },
            },
          },
        },
      },
    },
  });
  expect(place?.parameters).toMatchObject([{ in: 'header', name: 'Idempotency-Key' }]);
  expect(Object.keys(place?.responses ?? {})).toEqual(['202', '400', '409', '413', '415', '431', '500', '503']);
});

test('the credentials are documented for every call except the open ones', () => {
  expect(openApiDocument({ authMode: 'none' }).components?.securitySchemes).toBeUndefined();
  const { paths, components, security } = openApiDocument({ authMode: 'api-key' });
  expect([openApiDocument().security, security]).toEqual([[], [{ ApiKey: [] }]]);
  expect(components?.securitySchemes).toMatchObject({ ApiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } });
  expect(openApiDocument({ authMode: 'jwt' }).components?.securitySchemes).toMatchObject({
    BearerToken: { scheme: 'bearer' },
  });
  for (const { method, paths: spellings, open, signed } of OPERATIONS) {
    for (const path of spellings) {
      const operation = paths?.[path]?.[method];
      expect([path, operation?.security]).toEqual([path, open ? [] : undefined]);
      expect([path, operation?.responses?.['401'] === undefined]).toEqual([path, open === true && signed !== true]);
    }
  }
});

// What the rules of redocly (recommended) and spectral (spectral:oas) call errors, and most of what they warn of.
test.each(['none', 'api-key', 'jwt'] as const)('linters find nothing to object to with AUTH_MODE %s', (authMode) => {
  const { info, servers, tags = [], security, paths = {}, components } = openApiDocument({ authMode });
  expect(info).toMatchObject({ contact: { name: expect.any(String) }, license: { identifier: 'Apache-2.0' } });
  expect(servers).toEqual([{ url: expect.stringMatching(/[^/]$/), description: expect.any(String) }]);
  expect(security).toEqual(Object.keys(components?.securitySchemes ?? {}).map((name) => ({ [name]: [] })));
  const known = tags.map(({ name }) => name);
  expect([new Set(known).size, tags.every(({ description }) => description !== '')]).toEqual([known.length, true]);

  const calls = Object.entries(paths).flatMap(([path, item]) =>
    (['get', 'post', 'delete'] as const).flatMap((method) =>
      item?.[method] === undefined ? [] : [{ path, ...item[method] }],
    ),
  );
  const ids = calls.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, operationId, summary, description, tags: own = [], responses = {}, parameters = [] } of calls) {
    expect([operationId, own.length, known.includes(own[0] ?? '')]).toEqual([operationId, 1, true]);
    expect([operationId, Boolean(summary), Boolean(description)]).toEqual([operationId, true, true]);
    expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
    const variables = parameters.flatMap((each) => ('in' in each && each.in === 'path' ? [`{${each.name}}`] : []));
    expect([path, variables]).toEqual([path, path.match(/\{\w+\}/g) ?? []]);
  }
});

test('every parameter and field that must be there has an example, which a reader can send', () => {
  for (const { id, path, query, body } of OPERATIONS) {
    for (const schema of [path, query].filter((each) => each !== undefined)) {
      const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
      const examples = required.map((name) => [name, Object(properties[name]).example]);
      expect([id, schema.safeParse(Object.fromEntries(examples)).success]).toEqual([id, true]);
    }
    expect([id, body === undefined || body.example !== undefined]).toEqual([id, true]);
  }
});

test('GET /openapi.json returns the document', async () => {
  const { statusCode, headers, body } = await openapiDocument(httpEvent());
  expect(statusCode).toBe(200);
  expect(headers).toEqual({
    'Content-Type': 'application/json; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    ETag: expect.any(String),
  });
  expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
});

test('the document says at which address its caller found the API, behind a stage too', async () => {
  const servers = async (headers: Readonly<Record<string, string>>, stage = '') => {
    const event = httpEvent({ headers });
    const requestContext = { ...event.requestContext, path: `${stage}${event.path}` };
    return JSON.parse((await openapiDocument({ ...event, requestContext })).body).servers[0].url;
  };
  expect(await servers({ Host: 'localhost:3007' })).toBe('http://localhost:3007');
  expect(await servers({ Host: 'api.example', 'X-Forwarded-Proto': 'https' }, '/dev')).toBe('https://api.example/dev');
  expect(await servers({ Host: 'a.example/"><script>' })).toBe('http://localhost:3000');
});

test('the document that is kept for one address is not answered at another, nor without an address', async () => {
  const urlAt = async (headers: Readonly<Record<string, string>>) =>
    JSON.parse((await openapiDocument(httpEvent({ headers }))).body).servers[0].url;
  const seen: string[] = [];
  for (const host of ['a.example', 'b.example', 'a.example', undefined, 'b.example']) {
    seen.push(await urlAt(host === undefined ? {} : { Host: host }));
  }
  const [a, b] = ['http://a.example', 'http://b.example'];
  expect(seen).toEqual([a, b, a, 'http://localhost:3000', b]);
});

test('the document and the health of the API are read without credentials', async () => {
  process.env.AUTH_MODE = 'api-key';
  const answers = [await openapiDocument(httpEvent()), await health(httpEvent())];
  process.env.AUTH_MODE = 'none';
  expect(answers).toMatchObject([{ statusCode: 200 }, { statusCode: 200 }]);
  expect(JSON.parse(String(answers[1]?.body))).toMatchObject({ data: { state: 'UP' } });
});
