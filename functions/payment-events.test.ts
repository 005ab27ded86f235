import { createRequire } from 'node:module';
import { afterEach, expect, test } from '@jest/globals';
import { parseEventSecrets } from './common/event-signature.ts';

type ReadSettings = (context: {
  readonly resolveVariable: (address: string) => Promise<string>;
}) => Promise<{ readonly secret: string; readonly simulatedProviderUrl: string }>;

const readSettings = createRequire(import.meta.url)('./payment-events.cjs') as ReadSettings;
function settings(stage: string) {
  return readSettings({ resolveVariable: async () => stage });
}

const VARIABLES = ['PAYMENT_EVENT_SECRET', 'SIMULATED_PROVIDER_EVENTS_URL', 'AWS_ENDPOINT_URL'];
const before = VARIABLES.map((name) => [name, process.env[name]] as const);
afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = value;
    }
  }
});

test('on AWS no event is taken and there is no page, unless the deployment says so', async () => {
  expect(await settings('prod')).toEqual({ secret: '', simulatedProviderUrl: '' });
  process.env.PAYMENT_EVENT_SECRET = '{{resolve:secretsmanager:orders-prod/payment-events}}';
  expect(await settings('prod')).toMatchObject({ secret: '{{resolve:secretsmanager:orders-prod/payment-events}}' });
});

test('on LocalStack a deployment makes one secret for all functions, and its provider reports to its own API', async () => {
  process.env.AWS_ENDPOINT_URL = 'http://localstack:4566';
  const [first, second] = [await settings('local'), await settings('local')];
  expect(first).toEqual(second);
  expect(parseEventSecrets(first.secret)).toHaveLength(1);
  expect(first.simulatedProviderUrl).toBe('http://localstack:4566/_aws/execute-api/orders/local/payment/events');
});
