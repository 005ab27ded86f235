import { credentials, status } from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { startInventory } from '../../tests/support/inventory.ts';
import { checkHealth } from './health.ts';

test('the process is healthy at once, its service when the tables exist, and an unknown service is NOT_FOUND', async () => {
  const inventory = await startInventory({ tables: 'absent' });
  const healthOf = (service: string) =>
    checkHealth({
      address: `127.0.0.1:${inventory.port}`,
      service,
      credentials: credentials.createInsecure(),
      timeoutMs: 10_000,
    });
  try {
    expect(await healthOf('')).toBe('SERVING');
    expect(await healthOf('inventory.v1.InventoryService')).toBe('NOT_SERVING');
    await expect(healthOf('payment.v1.PaymentService')).rejects.toMatchObject({ code: status.NOT_FOUND });
    await inventory.createTables();
    await inventory.prepared;
    expect(await healthOf('inventory.v1.InventoryService')).toBe('SERVING');
  } finally {
    await inventory.close();
  }
});

test.each(['grpc_proxy', 'http_proxy'])(
  'the health check asks the service itself, whatever %s says',
  async (variable) => {
    const inventory = await startInventory();
    const before = process.env[variable];
    process.env[variable] = 'http://127.0.0.1:9';
    try {
      const question = { address: `127.0.0.1:${inventory.port}`, service: '', timeoutMs: 5_000 };
      expect(await checkHealth({ ...question, credentials: credentials.createInsecure() })).toBe('SERVING');
    } finally {
      if (before === undefined) {
        delete process.env[variable];
      } else {
        process.env[variable] = before;
      }
      await inventory.close();
    }
  },
);
