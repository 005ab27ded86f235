import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ERROR_CODES } from './common/errors.ts';
import { OPERATIONS } from './http/contract/operations.ts';

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

test('every call has the authorizer, except the calls that need no credentials', () => {
  const functions = parse(readFileSync(new URL('./functions.yml', import.meta.url), 'utf8'), {
    logLevel: 'silent',
  }) as Readonly<Record<string, { readonly events?: readonly { readonly http?: { readonly authorizer?: string } }[] }>>;
  const open = OPERATIONS.filter((operation) => operation.open).map(({ id }) => id);
  // All functions are checked: one that no operation describes must not be open by mistake.
  for (const [id, { events = [] }] of Object.entries(functions)) {
    for (const { http } of events) {
      if (http === undefined) {
        continue;
      }
      if (open.includes(id)) {
        expect([id, http.authorizer]).toEqual([id, undefined]);
      } else {
        expect([id, http.authorizer]).toEqual([id, expect.stringContaining('access.cjs):authorizer')]);
      }
    }
  }
  expect(open).toEqual(['health', 'openapiDocument', 'docs']);
});

test('a stage asks for API keys unless its configuration says otherwise', () => {
  const { custom } = parse(readFileSync(new URL('../serverless.yml', import.meta.url), 'utf8'), {
    logLevel: 'silent',
  }) as { readonly custom: { readonly authMode: string; readonly authModes: Readonly<Record<string, string>> } };
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
