import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { InventoryServiceService } from '../../proto/gen/inventory/v1/inventory.ts';
import { CONNECTION_LIMITS } from './connection-limits.ts';
import { type GrpcServer, startGrpcServer } from './grpc-server.ts';
import { createLogger } from './logger.ts';

const SERVICE = 'inventory.v1.InventoryService';
let server: GrpcServer;

beforeEach(async () => {
  server = await startGrpcServer({
    name: SERVICE,
    domain: 'inventory.v1',
    definition: InventoryServiceService,
    implementation: {},
    host: '127.0.0.1',
    port: 0,
    credentials: ServerCredentials.createInsecure(),
    limits: CONNECTION_LIMITS,
    logger: createLogger('test', 'silent'),
  });
});

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

function probe(service: string, port = server.port): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(import.meta.dirname, 'health-probe.ts'), service],
      { env: { PORT: String(port) } },
      (_error, output) => resolve({ code: child.exitCode, output }),
    );
  });
}
