import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, expect, test } from '@jest/globals';
import { parseYaml } from '../tests/support/yaml.ts';
import { ERROR_CODES } from './common/errors.ts';
import { OPERATIONS } from './http/contract/operations.ts';

interface DescribedFunction {
  readonly url?: unknown;
  readonly events?: readonly { readonly http?: { readonly path: string; readonly authorizer?: string } }[];
}

interface Access {
  readonly authorizer: { readonly identitySource: string } | null;
  readonly environment: Readonly<Record<string, string>>;
}
type ReadAccess = (context: { readonly resolveVariable: (address: string) => Promise<string> }) => Promise<Access>;

const load = createRequire(import.meta.url);
const readAccess = load('./access.cjs') as ReadAccess;
function access(mode: string) {
  return readAccess({ resolveVariable: async (address) => (address === 'self:custom.authMode' ? mode : 'test') });
}

const VARIABLES = ['API_KEYS', 'JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_JWKS_URL', 'JWT_PUBLIC_KEY', 'JWT_PUBLIC_KEY_FILE'];
afterEach(() => {
  for (const name of VARIABLES) {
    delete process.env[name];
  }
});

function credentialsOf({ authorizer }: { readonly authorizer?: string }): string {
  return authorizer?.includes('access.cjs):authorizer') ? 'authorizer' : (authorizer ?? 'open');
}

test('every call has the authorizer, except the calls that need no credentials', () => {
  const functions = parseYaml(readFileSync(new URL('./functions.yml', import.meta.url), 'utf8')) as Readonly<
    Record<string, DescribedFunction>
  >;
  // All functions are checked: one that no operation describes must not be open by mistake.
  const deployed = Object.entries(functions).flatMap(([id, { events = [] }]) =>
    events.flatMap(({ http }) => (http === undefined ? [] : [[id, http.path, credentialsOf(http)]])),
  );
  const described = OPERATIONS.flatMap(({ id, paths, open }) =>
    paths.map((path) => [id, path, open === true ? 'open' : 'authorizer']),
  );
  // The files of the console and of the documentation are no calls of the API. They hold no data; the console asks for
  // credentials for its calls.
  const pages = [
    ...['/', '/console', '/console/{proxy+}'].map((path) => ['console', path, 'open']),
    ['docs', '/docs/{proxy+}', 'open'],
  ];
  expect(deployed.toSorted()).toEqual([...described, ...pages].toSorted());
  const open = OPERATIONS.filter((operation) => operation.open).map(({ id }) => id);
  expect(open).toEqual([
    'paymentEvents',
    'showPaymentAction',
    'takePaymentAction',
    'health',
    'ready',
    'openapiDocument',
    'docs',
  ]);
  // A signature, or the secret of a page's address, stands in for credentials there.
  expect(OPERATIONS.filter(({ signed }) => signed).map(({ id }) => id)).toEqual(['paymentEvents']);
  expect(described.length).toBeGreaterThan(open.length);
});

test('no function is reachable past API Gateway and its authorizer', () => {
  const text = readFileSync(new URL('./functions.yml', import.meta.url), 'utf8');
  const functions = parseYaml(text) as Readonly<Record<string, DescribedFunction>>;
  const reachable = Object.entries(functions).map(([id, { url, events = [] }]) => ({
    id,
    url,
    kinds: events
      .flatMap((event) => Object.keys(event))
      .filter((kind) => /^(httpApi|websocket|alb|cloudFront)$/.test(kind)),
  }));
  expect(reachable.length).toBeGreaterThan(10);
  expect(reachable).toEqual(reachable.map(({ id }) => ({ id, url: undefined, kinds: [] })));
});

test('a stage asks for API keys unless its configuration says otherwise', () => {
  const { custom } = parseYaml(readFileSync(new URL('../serverless.yml', import.meta.url), 'utf8')) as {
    readonly custom: { readonly authMode: string; readonly authModes: Readonly<Record<string, string>> };
  };
  expect(custom.authMode).toMatch(/, 'api-key'\}$/);
  expect(custom.authModes).toEqual({ local: 'none' });
});

test('AUTH_MODE none deploys no authorizer', async () => {
  expect(await access('none')).toEqual({ authorizer: null, environment: { AUTH_MODE: 'none' } });
});

test('the hashes of API keys come from the environment, or at the deployment from the parameter store', async () => {
  expect(await access('api-key')).toMatchObject({
    authorizer: { identitySource: 'method.request.header.X-Api-Key' },
    environment: { API_KEYS: '{{resolve:ssm:/orders/test/api-keys}}' },
  });
  process.env.API_KEYS = 'ann:sha256:0';
  expect(await access('api-key')).toMatchObject({ environment: { API_KEYS: 'ann:sha256:0' } });
});

test('AUTH_MODE jwt needs an issuer, an audience and exactly one source of keys', async () => {
  await expect(access('jwt')).rejects.toThrow('JWT_ISSUER and JWT_AUDIENCE');
  Object.assign(process.env, { JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'orders' });
  await expect(access('jwt')).rejects.toThrow('set one of');
  process.env.JWT_JWKS_URL = 'https://issuer.example/keys';
  expect(await access('jwt')).toMatchObject({
    authorizer: { identitySource: 'method.request.header.Authorization' },
    environment: { AUTH_MODE: 'jwt', JWT_JWKS_URL: 'https://issuer.example/keys' },
  });
  process.env.JWT_PUBLIC_KEY = 'another source';
  await expect(access('jwt')).rejects.toThrow('set one of');
});

test('an unknown AUTH_MODE fails the deployment instead of opening the API', async () => {
  await expect(access('api_key')).rejects.toThrow("AUTH_MODE is 'api_key'");
});

interface GatewayResponse {
  readonly Properties: {
    readonly ResponseType: string;
    readonly ResponseParameters: Readonly<Record<string, string>>;
    readonly StatusCode: string;
    readonly ResponseTemplates: Readonly<Record<string, string>>;
  };
}

const makeResponses = load('./gateway-responses.cjs') as () => Promise<{
  readonly Resources: Readonly<Record<string, GatewayResponse>>;
}>;

test('every 503 of API Gateway has a Retry-After, as those of the functions have', async () => {
  const responses = Object.values((await makeResponses()).Resources).map(({ Properties }) => Properties);
  const later = responses.filter(({ StatusCode }) => StatusCode === '503');
  expect(later.map(({ ResponseType }) => ResponseType)).toEqual(
    expect.arrayContaining(['THROTTLED', 'AUTHORIZER_FAILURE', 'AUTHORIZER_CONFIGURATION_ERROR']),
  );
  for (const { ResponseType, ResponseParameters } of later) {
    const retryAfter = ResponseParameters['gatewayresponse.header.Retry-After'];
    expect([ResponseType, retryAfter]).toEqual([ResponseType, expect.stringMatching(/^'[1-9]\d*'$/)]);
  }
});

test('API Gateway’s own responses use the envelope, each with the status of its code', async () => {
  const responses = Object.values((await makeResponses()).Resources);
  expect(responses.map(({ Properties }) => Properties.ResponseType)).toContain('UNAUTHORIZED');
  for (const { Properties } of responses) {
    const envelope = JSON.parse(Properties.ResponseTemplates['application/json'] ?? '') as {
      readonly status: number;
      readonly success: boolean;
      readonly meta: { readonly code: keyof typeof ERROR_CODES };
    };
    expect(envelope).toMatchObject({ success: false, meta: { request_id: '$context.requestId' } });
    expect(String(envelope.status)).toBe(Properties.StatusCode);
    expect(ERROR_CODES[envelope.meta.code].status).toBe(envelope.status);
  }
});
