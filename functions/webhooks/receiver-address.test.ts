import { describe, expect, test } from '@jest/globals';
import { type AddressRules, checkedAddresses, ReceiverAddressError, readReceiverUrl } from './receiver-address.ts';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'public.example': ['93.184.215.14'],
  'six.example': ['2606:2800:21f:cb07:6820:80da:af6b:8b2c'],
  'inside.example': ['10.1.2.3'],
  'both.example': ['93.184.215.14', '192.168.1.1'],
  'local.example': ['127.0.0.1'],
  'empty.example': [],
};

async function resolve(name: string): Promise<readonly string[]> {
  const found = NAMES[name];
  if (found === undefined) {
    throw new Error('ENOTFOUND');
  }
  return found;
}

const CLOUD: AddressRules = { loopback: 'refused', resolve };
const LAPTOP: AddressRules = { loopback: 'allowed', resolve };

function check(text: string, rules: AddressRules) {
  return checkedAddresses(readReceiverUrl(text, rules), rules);
}

/** What is checked at creation and again at delivery; both steps count as a refusal. */
async function isRefused(text: string, rules: AddressRules): Promise<boolean> {
  try {
    await check(text, rules);
    return false;
  } catch (error) {
    if (error instanceof ReceiverAddressError) {
      return true;
    }
    throw error;
  }
}

test('a public address is allowed, as a literal or behind a name, and is the one to connect to', async () => {
  expect(await check('https://1.1.1.1/orders', CLOUD)).toEqual([{ address: '1.1.1.1', family: 4 }]);
  expect(await check('https://public.example:8443/', CLOUD)).toEqual([{ address: '93.184.215.14', family: 4 }]);
  expect(await check('https://six.example/', CLOUD)).toMatchObject([{ family: 6 }]);
  expect(await check('https://[2606:4700:4700::1111]/', CLOUD)).toMatchObject([{ address: '2606:4700:4700::1111' }]);
});

describe.each([
  ['a laptop', LAPTOP],
  ['the cloud', CLOUD],
] as const)('on %s', (_place, rules) => {
  test.each([
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.168.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://198.18.0.1/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    // Other spellings of 10.0.0.1 and of 169.254.169.254.
    'https://167772161/',
    'https://0x0a000001/',
    'https://012.0.0.1/',
    'https://0xa9fea9fe/',
    'https://[::]/',
    'https://[fe80::1]/',
    'https://[fc00::1]/',
    'https://[fd12:3456::1]/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
    // IPv4 in IPv6: mapped, compatible, 6to4, NAT64, Teredo.
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::10.0.0.1]/',
    'https://[2002:a00:1::]/',
    'https://[64:ff9b::a00:1]/',
    'https://[2001:0:a00:1::]/',
    'https://inside.example/',
    'https://both.example/',
    'https://unknown.example/',
    'https://empty.example/',
    'http://public.example/',
    'http://1.1.1.1/',
    'ftp://public.example/',
    'file:///etc/passwd',
    'https://user@public.example/',
    `https://user:${'word'}@public.example/`,
    'https://public.example/#part',
    'nonsense',
    '',
    `https://public.example/${'x'.repeat(2_048)}`,
  ])('%s is refused', async (url) => {
    expect(await isRefused(url, rules)).toBe(true);
  });
});

test.each([
  'http://127.0.0.1:9000/orders',
  'http://127.1/',
  'https://127.0.0.1/',
  'http://[::1]:9000/',
  'http://local.example/',
])('%s is allowed on a laptop, and refused in the cloud', async (url) => {
  expect([await isRefused(url, LAPTOP), await isRefused(url, CLOUD)]).toEqual([false, true]);
});

test('a trusted host may have any address, over http too; its address by another name, and names around it, may not', async () => {
  const rules: AddressRules = { ...CLOUD, trustedHosts: ['inside.example'] };
  expect(await check('http://inside.example:9000/orders', rules)).toEqual([{ address: '10.1.2.3', family: 4 }]);
  expect(await check('https://INSIDE.example/', rules)).toHaveLength(1);
  for (const url of [
    'https://10.1.2.3/',
    'http://10.1.2.3/',
    'http://x.inside.example/',
    'https://both.example/',
    'http://public.example/',
    'http://inside.example@public.example/',
  ]) {
    expect([url, await isRefused(url, rules)]).toEqual([url, true]);
  }
});

test('a refusal names the address, for the operator who made the webhook', async () => {
  await expect(check('https://inside.example/', CLOUD)).rejects.toThrow(
    'must not lead to 10.1.2.3, which is no public address',
  );
});
