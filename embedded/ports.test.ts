import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { portNames } from './configuration.ts';
import { findFreePorts, refuseBusyPorts } from './ports.ts';

test('busy ports are all named at once, each with the variable that moves it; free ports pass', async () => {
  const ports = await findFreePorts();
  await refuseBusyPorts(ports, portNames());

  const servers = await Promise.all([listen(ports.http, '127.0.0.1'), listen(ports.payment, '0.0.0.0')]);
  const refusal = refuseBusyPorts(ports, portNames());
  await expect(refusal).rejects.toThrow(`Port ${ports.http} is taken by another program; the HTTP API needs it.`);
  await expect(refusal).rejects.toThrow(/PAYMENT_PORT=\d+ npm start/);
  await expect(refusal).rejects.not.toThrow('INVENTORY_PORT');
  for (const server of servers) {
    server.close();
  }
});

function listen(port: number, host: string): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}
