import { randomInt } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import { ConfigurationError, PORTS, type PortName, type Ports, portNames, portsSchema } from './configuration.ts';

const HOST = '127.0.0.1';

/** To where `localhost` leads on many systems, where a program listens there. */
const OTHER_HOST = '::1';
const CONNECT_MS = 500;

/**
 * Free ports are looked for below those that Linux (32768), macOS and Windows (49152) give to outgoing connections. One of
 * these could be taken between the look and the listening.
 */
const FIRST_FREE_PORT = 20_000;
const LAST_FREE_PORT = 32_767;
const PORT_ATTEMPTS = 100;

/**
 * Checks that nothing listens on the given ports of 127.0.0.1, nor on those of ::1: a client that calls `localhost` could
 * meet the other program there.
 *
 * @throws ConfigurationError naming every busy port, what needs it and how to move it
 */
export async function refuseBusyPorts(ports: Ports, names: readonly PortName[]): Promise<void> {
  const busy = await Promise.all(names.map(async (name) => ({ name, host: await busyHost(ports[name]) })));
  const lines = busy.flatMap(({ name, host }) => (host === undefined ? [] : [busyPortLine(name, ports[name], host)]));
  if (lines.length > 0) {
    throw new ConfigurationError(lines.join('\n'));
  }
}

function busyPortLine(name: PortName, port: number, host: string): string {
  const { variable, listener } = PORTS[name];
  const elsewhere = port + 100 <= 65_535 ? port + 100 : port - 100;
  return (
    `Port ${port} is taken by another program; ${listener} needs it. ` +
    (host === OTHER_HOST ? `That program listens on [${OTHER_HOST}], to where localhost may lead. ` : '') +
    `End that program, or choose another port: ${variable}=${elsewhere} npm start`
  );
}

// On some systems a program can listen on 127.0.0.1 while another listens on all addresses, so check both ways.
async function busyHost(port: number): Promise<string | undefined> {
  for (const host of [HOST, OTHER_HOST]) {
    if (!(await canListen(host, port)) || (await acceptsConnections(host, port))) {
      return host;
    }
  }
  return undefined;
}

/** Where a machine has no IPv6, nothing listens on ::1 either. */
function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        resolve(false);
      } else if (error.code === 'EACCES') {
        reject(new ConfigurationError(`This user may not listen on port ${port}; choose one above 1023.`));
      } else if (host === OTHER_HOST) {
        resolve(true);
      } else {
        reject(error);
      }
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function acceptsConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const end = (connected: boolean): void => {
      socket.destroy();
      resolve(connected);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

/** A free port for each listener, all different. Another program may take one before the stack listens. */
export async function findFreePorts(): Promise<Ports> {
  const servers = await Promise.all(portNames().map(() => listenAnywhere()));
  const [http, lambda, endpoint, dynamodb, inventory, payment] = servers.map(portOf);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return portsSchema.parse({ http, lambda, endpoint, dynamodb, inventory, payment });
}

/** One free port. Another program may take it before the caller listens. */
export async function findFreePort(): Promise<number> {
  const server = await listenAnywhere();
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  if (port === undefined) {
    throw new Error('The system gave a listener no port.');
  }
  return port;
}

function portOf(server: Server): number | undefined {
  const address = server.address();
  return address === null || typeof address === 'string' ? undefined : address.port;
}

/** Listens on a random free port. */
async function listenAnywhere(): Promise<Server> {
  for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt += 1) {
    const server = await listenOn(randomInt(FIRST_FREE_PORT, LAST_FREE_PORT + 1));
    if (server !== undefined) {
      return server;
    }
  }
  throw new Error(`None of ${PORT_ATTEMPTS} ports from ${FIRST_FREE_PORT} to ${LAST_FREE_PORT} is free.`);
}

function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') {
        resolve(undefined);
      } else {
        reject(error);
      }
    });
    server.listen({ host: HOST, port }, () => resolve(server));
  });
}
