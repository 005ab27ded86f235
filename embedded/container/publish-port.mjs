import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';

const LOOPBACK = '127.0.0.1';
const POLL_MS = 100;

/**
 * Passes connections to this container's own address on to the same port of 127.0.0.1, where the stack listens. Docker publishes
 * ports of that address only. Nothing listens on it before the stack does, so that the stack finds its ports free.
 *
 * @returns what closes the port again
 */
export function publishPort(port, address = ownAddress()) {
  if (address === undefined) {
    throw new Error('This container has no network, so nobody could reach the stack.');
  }
  const connections = new Set();
  const server = createServer((outside) => {
    connections.add(outside.once('close', () => connections.delete(outside)));
    forward(outside, port);
  });
  let timer;
  listenOnce(() => {
    timer = undefined;
    server.listen({ host: address, port });
  });
  return {
    close: () => {
      clearTimeout(timer);
      server.close();
      for (const connection of connections) {
        connection.destroy();
      }
    },
  };

  function listenOnce(listen) {
    const probe = connect({ host: LOOPBACK, port });
    probe.once('connect', () => {
      probe.destroy();
      listen();
    });
    probe.once('error', () => {
      timer = setTimeout(() => listenOnce(listen), POLL_MS);
    });
  }
}

function forward(outside, port) {
  const inside = connect({ host: LOOPBACK, port });
  outside.pipe(inside).pipe(outside);
  for (const [one, other] of [
    [outside, inside],
    [inside, outside],
  ]) {
    one.once('error', () => other.destroy());
    one.once('close', () => other.destroy());
  }
}

function ownAddress() {
  return Object.values(networkInterfaces())
    .flat()
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}
