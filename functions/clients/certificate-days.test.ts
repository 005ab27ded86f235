import { ServerCredentials } from '@grpc/grpc-js';
import { beforeAll, expect, test } from '@jest/globals';
import { type KeyPair, makeAuthority, signCertificate } from '../../scripts/certificate-authority.ts';
import { startInventory } from '../../tests/support/inventory.ts';
import { certificateDaysLeft } from './certificate-days.ts';
import type { Certificates } from './secret-certificates.ts';

let authority: KeyPair;
beforeAll(async () => {
  authority = await makeAuthority('orders', 90);
});

async function functionsUntil(validDays: number): Promise<Certificates> {
  const pair = await signCertificate(authority, { name: 'functions', purpose: 'clientAuth', validDays });
  return { authorities: authority.certificate, ...pair };
}

async function serviceUntil(validDays: number) {
  const request = { name: 'inventory', purpose: 'serverAuth', hosts: ['localhost'], validDays } as const;
  const { certificate, key } = await signCertificate(authority, request);
  const pair = { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) };
  const credentials = ServerCredentials.createSsl(Buffer.from(authority.certificate), [pair], true);
  const { port, close } = await startInventory({ settings: { credentials } });
  return { target: `localhost:${port}`, close };
}

test('the first end counts: that of a service which keeps an old certificate, or our own', async () => {
  const functions = await functionsUntil(50);
  const [renewed, old] = await Promise.all([serviceUntil(60), serviceUntil(20)]);
  try {
    expect(await certificateDaysLeft([renewed.target, old.target], functions, new Date())).toBeCloseTo(20, 1);
    expect(await certificateDaysLeft([renewed.target], functions, new Date())).toBeCloseTo(50, 1);
  } finally {
    await Promise.all([renewed.close(), old.close()]);
  }
});

test('a service that is away, or has a certificate of somebody else, is left out', async () => {
  const functions = await functionsUntil(12);
  const foreign = await makeAuthority('others', 90);
  const service = await serviceUntil(5);
  try {
    expect(await certificateDaysLeft(['localhost:1'], functions, new Date())).toBeCloseTo(12, 1);
    const trusting = { ...functions, authorities: foreign.certificate };
    expect(await certificateDaysLeft([service.target], trusting, new Date())).toBeCloseTo(12, 1);
  } finally {
    await service.close();
  }
});
