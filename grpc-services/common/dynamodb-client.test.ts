import { describe, expect, test } from '@jest/globals';
import { createDocumentClient } from './dynamodb-client.ts';

async function accessKey(endpoint: string | undefined, environment: Record<string, string>): Promise<string> {
  const client = createDocumentClient({ endpoint, region: 'us-east-1' }, environment);
  try {
    return (await client.config.credentials()).accessKeyId;
  } catch {
    return 'from elsewhere';
  } finally {
    client.destroy();
  }
}

describe('the DynamoDB client', () => {
  test.each(['http://127.0.0.1:8000', 'http://localhost:4566', 'http://localstack:4566', 'http://[::1]:8000'])(
    'uses dummy credentials at %s when the environment has none',
    async (endpoint) => {
      expect(await accessKey(endpoint, {})).toBe('local');
    },
  );

  test('never uses dummy credentials at a public host, nor when the environment has some', async () => {
    expect(await accessKey('https://dynamodb.eu-west-1.amazonaws.com', { AWS_EC2_METADATA_DISABLED: 'true' })).not.toBe(
      'local',
    );
    expect(await accessKey('http://localhost:4566', { AWS_ACCESS_KEY_ID: 'AKIA' })).not.toBe('local');
    expect(await accessKey('http://localhost:4566', { AWS_PROFILE: 'work' })).not.toBe('local');
  });

  test.each([
    'https://127.0.0.1.example.com',
    'https://localhost.example.com',
    'https://10.0.0.7:8000',
    'http://[2001:db8::1]:8000',
  ])('uses no dummy credentials at %s, which is not local', async (endpoint) => {
    expect(await accessKey(endpoint, {})).not.toBe('local');
  });

  test.each([
    'AWS_ACCESS_KEY_ID',
    'AWS_PROFILE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  ])('uses no dummy credentials at a local endpoint when %s names others, unless it is empty', async (source) => {
    expect(await accessKey('http://localhost:4566', { [source]: 'set' })).not.toBe('local');
    expect(await accessKey('http://localhost:4566', { [source]: '' })).toBe('local');
  });
});
