import '../../tests/support/quiet-log.ts';
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import fc from 'fast-check';
import { anyHeaders } from '../../tests/support/any-event.ts';
import { anyText } from '../../tests/support/any-text.ts';
import { apiKeyEntry, hashOfApiKey, newApiKey } from '../access/api-keys.ts';
import { authenticateByBearerToken } from '../access/bearer-token.ts';
import { createHandler, handler } from './authorizer.ts';

Object.assign(process.env, {
  AUTH_MODE: 'api-key',
  API_KEYS: apiKeyEntry({ name: 'ann', hash: hashOfApiKey(newApiKey()) }),
});

const credentials = fc.oneof(
  anyText,
  anyText.map((token) => `Bearer ${token}`),
  token(),
);
const requests = fc
  .record({ headers: fc.oneof(anyHeaders, fc.dictionary(fc.constantFrom('X-API-KEY', 'authorization'), credentials)) })
  .map((sent) => ({ ...sent, type: 'REQUEST', methodArn: 'arn:aws:execute-api:us-east-1:0:abc/dev/GET/x' }));
const byToken = createHandler(() =>
  authenticateByBearerToken({
    issuer: 'https://issuer.example',
    audience: 'orders',
    algorithm: 'ES256',
    clockToleranceSeconds: 5,
    keys: {
      publicKeyPem: generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .publicKey.export({ type: 'spki', format: 'pem' })
        .toString(),
    },
  }),
);

test.each([
  ['API keys', handler],
  ['bearer tokens', byToken],
])(
  'the authorizer refuses anything in place of %s, with the message that API Gateway answers with 401',
  async (_what, authorize) => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const event = request as unknown as APIGatewayRequestAuthorizerEvent;
        await expect(authorize(event)).rejects.toThrow(/^Unauthorized$/);
      }),
      { numRuns: 300 },
    );
  },
);

/** Generates texts in the form of a token, with any header and claims. */
function token(): fc.Arbitrary<string> {
  const encoded = fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
  const algorithm = fc.constantFrom('none', 'HS256', 'ES256', '__proto__');
  const header = algorithm.map((alg) => Buffer.from(JSON.stringify({ alg })).toString('base64url'));
  return fc.tuple(fc.oneof(header, encoded), encoded, encoded).map((parts) => `Bearer ${parts.join('.')}`);
}
