import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A Lambda endpoint whose functions answer what they are given. */
export interface EchoFunction {
  readonly url: string;
  /** Calls so far. */
  readonly invocations: () => number;
  readonly close: () => Promise<void>;
}

/** Starts it on a free port. */
export async function startEchoFunction(): Promise<EchoFunction> {
  let invocations = 0;
  const server = createServer((request, response) => {
    invocations += 1;
    request.pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    invocations: () => invocations,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
