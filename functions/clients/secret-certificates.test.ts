import { credentials, type ServerCredentials } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { secretServerCredentials } from '../../grpc-services/common/transport-security.ts';
import { type Certificates, makeCertificates } from '../../tests/support/certificates.ts';
import { itemInStock, startInventory } from '../../tests/support/inventory.ts';
import { channelCredentials } from './grpc-channel.ts';
import { createInventoryClient } from './inventory-client.ts';
import { createSecretCertificates, secretChannelCredentials } from './secret-certificates.ts';

let ours: Certificates;
let foreign: Certificates;
beforeAll(async () => {
  [ours, foreign] = await Promise.all([makeCertificates(), makeCertificates()]);
});
afterAll(() => Promise.all([ours.remove(), foreign.remove()]));

const closed: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closed.splice(0).toReversed()) {
    await close();
  }
});

function secretOf({ authority, certificate, key }: Certificates, trusted: readonly Certificates[] = []): string {
  const authorities = [authority, ...trusted.map((other) => other.authority)].join('\n');
  return JSON.stringify({ authorities, certificate: String(certificate), key: String(key) });
}

/** An inventory with the certificates of a secret, and a client with those of another. */
async function clientOf(read: () => Promise<string>, server: Promise<ServerCredentials>) {
  const inventory = await startInventory({ settings: { credentials: await server } });
  const client = createInventoryClient({
    target: `localhost:${inventory.port}`,
    credentials: secretChannelCredentials('orders/test/grpc/functions', read),
    deadlineMs: 3_000,
    maxConcurrentCalls: 1,
  });
  closed.push(inventory.close, client.close);
  return () => client.listItems({ pageSize: 1, pageToken: '' }, {});
}

test('both sides of mutual TLS take their certificates from secrets', async () => {
  const list = await clientOf(
    async () => secretOf(ours),
    secretServerCredentials('orders/test/grpc/inventory', async () => secretOf(ours)),
  );
  await expect(list()).resolves.toMatchObject({ items: [] });
});

test('while authorities change, both sides trust the old one and the new one', async () => {
  const list = await clientOf(
    async () => secretOf(ours, [foreign]),
    secretServerCredentials('orders/test/grpc/inventory', async () => secretOf(foreign, [ours])),
  );
  await expect(list()).resolves.toMatchObject({ items: [] });
});

test('a certificate of another authority is rejected', async () => {
  const list = await clientOf(
    async () => secretOf(foreign),
    secretServerCredentials('orders/test/grpc/inventory', async () => secretOf(ours)),
  );
  await expect(list()).rejects.toMatchObject({ name: 'RetryableError', code: 'INVENTORY_UNAVAILABLE' });
});

test('a secret that cannot be read for a moment is read again', async () => {
  const read: string[] = [];
  const provider = createSecretCertificates(
    async () => {
      read.push('read');
      if (read.length === 1) {
        throw new Error('throttled');
      }
      return secretOf(ours);
    },
    { refreshMs: 60_000, retryMs: 1 },
  );
  const update = await new Promise<{ readonly caCertificate: Buffer }>((resolve) => {
    const listener = (given: { readonly caCertificate: Buffer } | null) => {
      if (given !== null) {
        provider.removeCaCertificateListener(listener);
        resolve(given);
      }
    };
    provider.addCaCertificateListener(listener);
  });
  expect(update.caCertificate.toString()).toBe(ours.authority.toString());
  expect(read).toEqual(['read', 'read']);
});

test('a rotated certificate is used without a new process', async () => {
  const secrets = [secretOf(ours), secretOf(foreign)];
  const provider = createSecretCertificates(async () => secrets.shift() ?? secretOf(foreign), {
    refreshMs: 1,
    retryMs: 1,
  });
  const seen = new Set<string>();
  await new Promise<void>((resolve) => {
    const listener = (given: { readonly certificate: Buffer } | null) => {
      seen.add(String(given?.certificate));
      if (seen.size === 2) {
        provider.removeIdentityCertificateListener(listener);
        resolve();
      }
    };
    provider.addIdentityCertificateListener(listener);
  });
  expect([...seen]).toEqual([String(ours.certificate), String(foreign.certificate)]);
});

test('a service does not start without the certificates of its secret, and its error does not show them', async () => {
  const error = await secretServerCredentials('orders/test/grpc/inventory', async () => 'key: 123').catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'ConfigurationError', cause: { message: 'not JSON' } });
});

test.each([
  ['a plaintext address', { target: 'inventory:50051', encrypted: false }, {}],
  ['certificate files', { target: 'inventory:50051', encrypted: true }, { GRPC_CA_FILE: 'ca.pem' }],
])('a secret with %s is refused', (_what, address, files) => {
  expect(() => channelCredentials(address, { GRPC_TLS_SECRET: 'secret', ...files })).toThrow('GRPC_TLS_SECRET needs');
});

test('calls go in turn to every address that a service has, and to the others where one is away', async () => {
  const inventories = [await startInventory({ catalogue: [itemInStock('only-here', 1)] }), await startInventory()];
  const target = `ipv4:${inventories.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  const client = createInventoryClient({
    target,
    credentials: credentials.createInsecure(),
    deadlineMs: 3_000,
    maxConcurrentCalls: 1,
  });
  closed.push(...inventories.map(({ close }) => close), client.close);
  const found = new Set<number>();
  for (let call = 0; call < 20 && found.size < 2; call += 1) {
    found.add((await client.listItems({ pageSize: 5, pageToken: '' }, {})).items.length);
  }
  expect(found.size).toBe(2);
  await inventories[1]?.stop();
  for (let call = 0; call < 4; call += 1) {
    await expect(client.listItems({ pageSize: 5, pageToken: '' }, {})).resolves.toBeDefined();
  }
});
