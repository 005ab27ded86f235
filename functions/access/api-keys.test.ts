import { expect, test } from '@jest/globals';
import { apiKeyEntry, authenticateByApiKey, hashOfApiKey, newApiKey, parseApiKeys } from './api-keys.ts';

function headers(key?: string) {
  return (name: string): string | undefined => (name === 'X-Api-Key' ? key : undefined);
}

test('a caller with an API key is authenticated by the hash of the key, as the owner of that name', async () => {
  const [anns, bobs] = [newApiKey(), newApiKey()];
  const entries = [
    { name: 'ann', hash: hashOfApiKey(anns) },
    { name: 'bob', hash: hashOfApiKey(bobs) },
  ].map(apiKeyEntry);
  const authenticate = authenticateByApiKey(parseApiKeys(entries.join(', ')));
  expect(await authenticate(headers(anns))).toEqual({
    outcome: 'AUTHENTICATED',
    caller: { owner: 'ann', role: 'customer' },
  });
  expect(await authenticate(headers(bobs))).toEqual({
    outcome: 'AUTHENTICATED',
    caller: { owner: 'bob', role: 'customer' },
  });
  expect(entries.join()).not.toContain(anns);
});

test('an API key carries its role, and an entry from before the roles is a customer’s', async () => {
  const [anns, olafs] = [newApiKey(), newApiKey()];
  const old = `ann:sha256:${hashOfApiKey(anns).toString('hex')}`;
  const operators = apiKeyEntry({ name: 'olaf', hash: hashOfApiKey(olafs), role: 'operator' });
  expect(operators).toMatch(/^olaf:sha256:[0-9a-f]{64}:operator$/);
  const authenticate = authenticateByApiKey(parseApiKeys(`${old},${operators}`));
  expect(await authenticate(headers(anns))).toMatchObject({ caller: { owner: 'ann', role: 'customer' } });
  expect(await authenticate(headers(olafs))).toMatchObject({ caller: { owner: 'olaf', role: 'operator' } });
});

test('two API keys of one name belong to one owner, so that a key can be rotated', async () => {
  const [old, fresh] = [newApiKey(), newApiKey()];
  const keys = [old, fresh].map((key) => ({ name: 'ann', hash: hashOfApiKey(key) }));
  const authenticate = authenticateByApiKey(keys);
  expect(await authenticate(headers(old))).toEqual(await authenticate(headers(fresh)));
});

test('an absent, unknown, hashed or endless API key is refused, and the refusal does not repeat it', async () => {
  const key = newApiKey();
  const hash = hashOfApiKey(key);
  const authenticate = authenticateByApiKey([{ name: 'ann', hash }]);
  for (const wrong of [undefined, '', newApiKey(), `${key} `, hash.toString('hex'), 'x'.repeat(100_000)]) {
    const answer = await authenticate(headers(wrong));
    expect(answer).toMatchObject({ outcome: 'REFUSED' });
    if (wrong) {
      expect(JSON.stringify(answer)).not.toContain(wrong);
    }
  }
});

test('API keys are long and unique', () => {
  const keys = Array.from({ length: 100 }, newApiKey);
  expect(new Set(keys).size).toBe(100);
  for (const key of keys) {
    expect(key).toMatch(/^orders_[A-Za-z0-9_-]{43}$/);
  }
});

test.each([
  ['', 1],
  ['ann', 1],
  [`ann:sha256:${'0'.repeat(63)}`, 1],
  [`ann:md5:${'0'.repeat(64)}`, 1],
  [`ann:sha256:${'0'.repeat(64)},`, 2],
  [`a b:sha256:${'0'.repeat(64)}`, 1],
  [`ann:sha256:${'0'.repeat(64)}:root`, 1],
])('malformed API_KEYS are refused with the position of the entry: %j', (text, place) => {
  expect(() => parseApiKeys(text)).toThrow(`API_KEYS: entry ${place} must be`);
});
