import { expect, test } from '@jest/globals';
import { ConfigurationError } from '../../functions/common/configuration.ts';
import { openStack } from './open-stack.ts';
import { stackAddressesFrom } from './stack-addresses.ts';

const OTHERS = { allowRemote: false, startOwn: false, say: () => {} };

// Told as a sentence: the commands show the stack of every other error.
test.each([
  [{ HTTP_PORT: 'abc' }, 'http://127.0.0.1:abc is no address; look at HTTP_PORT'],
  [{ AWS_ENDPOINT_PORT: '99999' }, 'http://127.0.0.1:99999 is no address'],
  [{ AWS_ENDPOINT_URL: 'https://example.com' }, 'https://example.com is not this machine'],
  [{ HTTP_PORT: '1' }, 'Nothing answers at http://127.0.0.1:1/health'],
])('a load that cannot be sent with %j says what to change', async (environment, message) => {
  const opening = openStack({ ...OTHERS, addresses: stackAddressesFrom(environment) });
  await expect(opening).rejects.toThrow(ConfigurationError);
  await expect(opening).rejects.toThrow(message);
});
