import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { startHttpServer } from '../tests/support/http-server.ts';
import { loopbackSigner } from './loopback-signer.ts';

test.each([
  'http://127.0.0.1:8000',
  'http://localhost:4566',
  'http://localhost',
  'http://[::1]:8000/',
  'http://127.1.2.3',
])('requests to %s carry a constant in place of a signature', (endpoint) => {
  expect(loopbackSigner(endpoint, 'dynamodb', undefined)).toHaveProperty('signer');
});

test.each([
  undefined,
  'https://dynamodb.eu-west-1.amazonaws.com',
  'https://localhost:4566',
  'http://localhost.attacker.example',
  'http://127.0.0.1.attacker.example',
  'http://127x0x0x1:8000',
  'http://localstack:4566',
  'http://10.0.0.1:8000',
])('requests to %s are signed', (endpoint) => {
  expect(loopbackSigner(endpoint, 'dynamodb', 'eu-west-1')).toEqual({});
});

test('the SDK sends what the signer sets, with the region and the service in the scope', async () => {
  const seen: (string | undefined)[] = [];
  const server = await startHttpServer((incoming, response) => {
    seen.push(incoming.headers.authorization, String(incoming.headers['x-amz-date']));
    response.setHeader('content-type', 'application/x-amz-json-1.0').end('{"TableNames":[]}');
  });
  const endpoint = server.url;
  const credentials = { accessKeyId: 'secret-id', secretAccessKey: 'secret' };
  const signer = loopbackSigner(endpoint, 'dynamodb', 'eu-west-1');
  const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials, ...signer });
  try {
    await client.send(new ListTablesCommand({}));
  } finally {
    client.destroy();
    await server.close();
  }
  expect(seen).toEqual([expect.stringContaining('Credential=local/20260101/eu-west-1/dynamodb/'), '20260101T000000Z']);
});
