import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { httpEvent } from '../../tests/support/http-event.ts';
import { OPERATIONS } from './contract/operations.ts';
import { handler as docs } from './docs.ts';
import { handler as health } from './health.ts';
import { openApiDocument, handler as openapiDocument } from './openapi-document.ts';

process.env.AUTH_MODE = 'none';

interface FunctionDescription {
  readonly handler: string;
  readonly role: string;
  readonly events?: readonly { readonly http?: { readonly method: string; readonly path: string } }[];
}

const described = parse(readFileSync(new URL('../functions.yml', import.meta.url), 'utf8'), {
  logLevel: 'silent',
}) as Readonly<Record<string, FunctionDescription>>;

test('every route is documented, and every documented route exists', () => {
  // The console's files are no calls.
  const calls = Object.entries(described).filter(([key]) => key !== 'console');
  const routes = calls.flatMap(([key, { events = [] }]) =>
    events.flatMap(({ http }) => (http === undefined ? [] : [`${key} ${http.method} ${http.path}`])),
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
  expect(Object.keys(place?.responses ?? {})).toEqual(['202', '400', '409', '413', '415', '500', '503']);
});

test('the credentials are documented for every call except the open ones', () => {
  expect(openApiDocument('none').components?.securitySchemes).toBeUndefined();
  const { paths, components } = openApiDocument('api-key');
  expect(components?.securitySchemes).toMatchObject({ ApiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } });
  expect(openApiDocument('jwt').components?.securitySchemes).toMatchObject({ BearerToken: { scheme: 'bearer' } });
  for (const { method, paths: spellings, open, signed } of OPERATIONS) {
    for (const path of spellings) {
      const operation = paths?.[path]?.[method];
      expect([path, operation?.security]).toEqual([path, open ? undefined : [{ ApiKey: [] }]]);
      expect([path, operation?.responses?.['401'] === undefined]).toEqual([path, open === true && signed !== true]);
    }
  }
});

test('GET /openapi.json returns the document', async () => {
  const { statusCode, headers, body } = await openapiDocument(httpEvent());
  expect(statusCode).toBe(200);
  expect(headers?.['Content-Type']).toContain('application/json');
  expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
});

test('GET /docs returns a page that names every call and loads nothing', async () => {
  const { statusCode, headers, body } = await docs(httpEvent());
  expect(statusCode).toBe(200);
  expect(headers?.['Content-Type']).toContain('text/html');
  for (const { method, paths } of OPERATIONS) {
    expect(body).toContain(`${method.toUpperCase()} ${paths[0]}`);
  }
  expect(body).not.toMatch(/<(script|link|img|iframe)|@import|url\(/);
});

test('GET /health returns 200', async () => {
  expect(await health(httpEvent())).toMatchObject({ statusCode: 200 });
});
