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

describe('credentials', () => {
  test.each(['http://127.0.0.1:8000', 'http://localhost:4566', 'http://localstack:4566', 'http://[::1]:8000'])(
    'are dummies at %s where none are set',
    async (endpoint) => {
      expect(await accessKey(endpoint, {})).toBe('local');
    },
  );

  test('are never dummies at a host of the internet, nor where some are set', async () => {
    expect(await accessKey('https://dynamodb.eu-west-1.amazonaws.com', { AWS_EC2_METADATA_DISABLED: 'true' })).not.toBe(
      'local',
    );
    expect(await accessKey('http://localhost:4566', { AWS_ACCESS_KEY_ID: 'AKIA' })).not.toBe('local');
    expect(await accessKey('http://localhost:4566', { AWS_PROFILE: 'work' })).not.toBe('local');
  });
});
