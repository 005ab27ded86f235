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
  expect(await authenticate(headers(old))).toMatchObject({ outcome: 'AUTHENTICATED', caller: { owner: 'ann' } });
  expect(await authenticate(headers(fresh))).toMatchObject({ outcome: 'AUTHENTICATED', caller: { owner: 'ann' } });
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

test('a caller is refused with the kind of fault, so that the log tells absent keys from wrong ones', async () => {
  const authenticate = authenticateByApiKey([{ name: 'ann', hash: hashOfApiKey('x'.repeat(256)) }]);
  const whys = ['', undefined, 'unknown', 'x'.repeat(257)].map(async (key) => authenticate(headers(key)));
  expect(await Promise.all(whys)).toEqual(
    ['no API key', 'no API key', 'an unknown API key', 'an API key that is too long'].map((why) => ({
      outcome: 'REFUSED',
      why,
    })),
  );
  expect(await authenticate(headers('x'.repeat(256)))).toMatchObject({ outcome: 'AUTHENTICATED' });
});

test('the last of many API keys opens, too', async () => {
  const keys = Array.from({ length: 5 }, newApiKey);
  const entries = keys.map((key, index) => apiKeyEntry({ name: `owner${index}`, hash: hashOfApiKey(key) }));
  const authenticate = authenticateByApiKey(parseApiKeys(` ${entries.join(' ,\n')} `));
  expect(await authenticate(headers(keys.at(-1)))).toMatchObject({ caller: { owner: 'owner4' } });
});

test('names of API keys have 1 to 64 characters', () => {
  const entry = (name: string) => `${name}:sha256:${'0'.repeat(64)}`;
  expect(parseApiKeys(entry('a._-Z9'.padEnd(64, 'x')))).toHaveLength(1);
  for (const name of ['', 'x'.repeat(65), 'ann@example']) {
    expect(() => parseApiKeys(entry(name))).toThrow('entry 1 must be');
  }
  expect(() => parseApiKeys(`x${entry('a b')}`)).toThrow('entry 1 must be');
  expect(() => parseApiKeys(`${entry('ann')}0`)).toThrow('entry 1 must be');
});

test('the fault of an API_KEYS entry does not repeat its content', () => {
  expect(() => parseApiKeys('orders_a-key-in-plain-text')).toThrow(
    /^API_KEYS: entry 1 must be <name>:sha256:<64 hex digits>, for an operator with :operator behind it; npm run api-key makes one$/,
  );
});

test('the role behind a key is spelled exactly, so that no customer becomes an operator by a slip', () => {
  const entry = `ann:sha256:${'0'.repeat(64)}`;
  expect(parseApiKeys(`${entry}:operator, ${entry}`)).toMatchObject([{ role: 'operator' }, { name: 'ann' }]);
  expect(parseApiKeys(entry)[0]).not.toHaveProperty('role');
  for (const role of [':Operator', ':operators', ':', 'operator', ':operator:operator', ':admin']) {
    expect(() => parseApiKeys(`${entry}${role}`)).toThrow('entry 1 must be');
  }
});
