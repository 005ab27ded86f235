import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { InventoryServiceClient } from '../../proto/gen/inventory/v1/inventory.ts';
import { type Certificates, makeCertificates } from '../../tests/support/certificates.ts';
import { startInventory } from '../../tests/support/inventory.ts';
import { call } from '../../tests/support/unary-client.ts';
import { ConfigurationError } from './environment.ts';
import { serverCredentials } from './transport-security.ts';

let ours: Certificates;
let foreign: Certificates;

beforeAll(async () => {
  [ours, foreign] = await Promise.all([makeCertificates(), makeCertificates()]);
});

afterAll(async () => {
  await Promise.all([ours.remove(), foreign.remove()]);
});

interface ClientSide {
  readonly trusts: Certificates;
  readonly shows?: Certificates;
}

/** Whether a client with these certificates can call a server with those files. */
async function reaches(server: Parameters<typeof serverCredentials>[0], { trusts, shows }: ClientSide) {
  const inventory = await startInventory({ settings: { credentials: serverCredentials(server) } });
  const secure = credentials.createSsl(trusts.authority, shows?.key ?? null, shows?.certificate ?? null);
  const client = new InventoryServiceClient(`127.0.0.1:${inventory.port}`, secure, {
    'grpc.ssl_target_name_override': 'localhost',
  });
  try {
    await call(client, client.listItems, { pageSize: 1, pageToken: '' }, { deadline: Date.now() + 5_000 });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'UNAVAILABLE', reason: undefined });
    return false;
  } finally {
    client.close();
    await inventory.close();
  }
}

describe('TLS', () => {
  const tls = () => ({ TLS_CERT_FILE: ours.certificateFile, TLS_KEY_FILE: ours.keyFile });
  const mutual = () => ({ ...tls(), TLS_CLIENT_CA_FILE: ours.authorityFile });

  test('accepts a client that trusts the certificate', async () => {
    expect(await reaches(tls(), { trusts: ours })).toBe(true);
  });

  test('fails for a client that does not trust the certificate', async () => {
    expect(await reaches(tls(), { trusts: foreign })).toBe(false);
  });

  test('with a client authority accepts only clients with a certificate of that authority', async () => {
    expect(await reaches(mutual(), { trusts: ours, shows: ours })).toBe(true);
    expect(await reaches(mutual(), { trusts: ours })).toBe(false);
    expect(await reaches(mutual(), { trusts: ours, shows: foreign })).toBe(false);
  });

  test('is refused when a file is missing or cannot be read', () => {
    expect(() => serverCredentials({ TLS_CERT_FILE: ours.certificateFile })).toThrow(ConfigurationError);
    expect(() => serverCredentials({ TLS_CLIENT_CA_FILE: ours.authorityFile })).toThrow(ConfigurationError);
    const absent = { TLS_CERT_FILE: '/nowhere/cert.pem', TLS_KEY_FILE: ours.keyFile };
    expect(() => serverCredentials(absent)).toThrow(/TLS_CERT_FILE/);
  });
});
