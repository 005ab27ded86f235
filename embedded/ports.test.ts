import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { portNames } from './configuration.ts';
import { findFreePort, findFreePorts, refuseBusyPorts } from './ports.ts';

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

test('a port that another program holds on ::1 is busy, because localhost may lead there', async () => {
  const ports = await findFreePorts();
  const other = await listen(ports.http, '::1').catch((error: NodeJS.ErrnoException) => error.code);
  if (other === 'EADDRNOTAVAIL' || other === 'EAFNOSUPPORT') {
    // A machine without IPv6.
    await refuseBusyPorts(ports, portNames());
    return;
  }
  await expect(refuseBusyPorts(ports, portNames())).rejects.toThrow(
    new RegExp(`^Port ${ports.http} is taken by another program; the HTTP API needs it\\..*\\[::1\\].*HTTP_PORT=`),
  );
  (other as ReturnType<typeof createServer>).close();
});

test('free ports differ, and are none that the system gives to an outgoing connection meanwhile', async () => {
  const ports = [...Object.values(await findFreePorts()), await findFreePort()];
  expect(ports).toHaveLength(portNames().length + 1);
  expect(new Set(ports.slice(0, -1)).size).toBe(portNames().length);
  expect(ports.filter((port) => port < 20_000 || port >= 32_768)).toEqual([]);
});

function listen(port: number, host: string): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}
