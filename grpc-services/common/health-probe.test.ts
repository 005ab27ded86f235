import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { InventoryServiceService } from '../../proto/gen/inventory/v1/inventory.ts';
import { makeCertificates } from '../../tests/support/certificates.ts';
import { CONNECTION_LIMITS } from './connection-limits.ts';
import { type GrpcServer, startGrpcServer } from './grpc-server.ts';
import { createLogger } from './logger.ts';
import { serverCredentials } from './transport-security.ts';

const SERVICE = 'inventory.v1.InventoryService';
let server: GrpcServer;

beforeEach(async () => {
  server = await start(ServerCredentials.createInsecure());
});

function start(credentials: ServerCredentials): Promise<GrpcServer> {
  return startGrpcServer({
    name: SERVICE,
    domain: 'inventory.v1',
    definition: InventoryServiceService,
    implementation: {},
    host: '127.0.0.1',
    port: 0,
    credentials,
    limits: CONNECTION_LIMITS,
    logger: createLogger('test', 'silent'),
  });
}

afterEach(() => server.drain(0));

test('the health probe fails for a service that is not ready yet', async () => {
  expect(await probe(SERVICE)).toEqual({ code: 1, output: `${SERVICE}: NOT_SERVING\n` });
});

test('the health probe succeeds for a service that is ready', async () => {
  server.ready();
  expect(await probe(SERVICE)).toEqual({ code: 0, output: `${SERVICE}: SERVING\n` });
});

test('the health probe fails for a service that the server does not have', async () => {
  expect(await probe('payment.v1.PaymentService')).toMatchObject({ code: 1 });
});

test('the health probe fails at a port without a server', async () => {
  const { port } = server;
  await server.drain(0);
  expect(await probe(SERVICE, port)).toMatchObject({ code: 1 });
});

test('the health probe reaches a server with TLS, and one that wants a certificate of its clients', async () => {
  const { certificateFile, keyFile, authorityFile, remove } = await makeCertificates();
  try {
    const tls = { TLS_CERT_FILE: certificateFile, TLS_KEY_FILE: keyFile };
    for (const files of [tls, { ...tls, TLS_CLIENT_CA_FILE: authorityFile }]) {
      const secure = await start(serverCredentials(files));
      secure.ready();
      expect(await probe(SERVICE, secure.port, files)).toEqual({ code: 0, output: `${SERVICE}: SERVING\n` });
      expect(await probe(SERVICE, secure.port)).toMatchObject({ code: 1 });
      await secure.drain(0);
    }
  } finally {
    await remove();
  }
});

function probe(
  service: string,
  port = server.port,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(import.meta.dirname, 'health-probe.ts'), service],
      { env: { PORT: String(port), ...environment } },
      (_error, output) => resolve({ code: child.exitCode, output }),
    );
  });
}
