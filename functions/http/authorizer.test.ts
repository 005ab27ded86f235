import { expect, test } from '@jest/globals';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { keptLog } from '../../tests/support/kept-log.ts';
import { authenticateByApiKey, hashOfApiKey, newApiKey } from '../access/api-keys.ts';
import type { Authenticate } from '../access/authentication.ts';
import { createHandler } from './authorizer.ts';

const METHOD_ARN = 'arn:aws:execute-api:us-east-1:000000000000:abc/dev/POST/orders/place';

function event(headers: Readonly<Record<string, string>>): APIGatewayRequestAuthorizerEvent {
  const request: Partial<APIGatewayRequestAuthorizerEvent> = {
    type: 'REQUEST',
    methodArn: METHOD_ARN,
    httpMethod: 'POST',
    path: '/orders/place',
    headers,
  };
  return request as APIGatewayRequestAuthorizerEvent;
}

async function authorized(authenticate: Authenticate, headers: Readonly<Record<string, string>> = {}) {
  const { logger, lines, restore } = keptLog();
  try {
    const outcome = await createHandler(
      () => authenticate,
      () => logger,
    )(event(headers)).catch((error: Error) => error);
    return { outcome, lines };
  } finally {
    restore();
  }
}

const key = newApiKey();
const byKey = authenticateByApiKey([{ name: 'ann', hash: hashOfApiKey(key) }]);

test('an authenticated caller may call the whole API of the stage, and the endpoints get owner and role', async () => {
  expect((await authorized(byKey, { 'x-api-KEY': key })).outcome).toEqual({
    principalId: 'ann',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: 'arn:aws:execute-api:us-east-1:000000000000:abc/dev/*',
        },
      ],
    },
    context: { owner: 'ann', role: 'customer' },
  });
});

test('an unknown caller is refused with the message that API Gateway answers with 401, and its key is not logged', async () => {
  const wrong = newApiKey();
  const { outcome, lines } = await authorized(byKey, { 'X-Api-Key': wrong });
  expect(outcome).toEqual(new Error('Unauthorized'));
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain(wrong);
});

test('an anonymous caller is permitted and has no owner', async () => {
  const { outcome } = await authorized(async () => ({ outcome: 'ANONYMOUS' }));
  expect(outcome).toMatchObject({ principalId: 'anonymous' });
  expect(outcome).toHaveProperty('context', {});
});

test('credentials that cannot be checked are a failure, not a refusal', async () => {
  const { outcome, lines } = await authorized(() => Promise.reject(new TypeError('fetch failed')));
  expect(outcome).toEqual(new TypeError('fetch failed'));
  expect(lines).toMatchObject([{ level: 'ERROR', message: 'credentials cannot be checked' }]);
});

test('a refusal is logged with the call and the reason', async () => {
  const { lines } = await authorized(byKey);
  expect(lines).toMatchObject([
    { level: 'INFO', message: 'refused', method: 'POST', path: '/orders/place', status: 401, why: 'no API key' },
  ]);
});
