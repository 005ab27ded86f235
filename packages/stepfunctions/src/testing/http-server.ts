import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers a request. Its error fails the test, except where the client left before its body was read. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A listening HTTP server for tests. */
export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** Breaks open connections off, and resolves once the port is free. */
  close(): Promise<void>;
}

/** Serves HTTP on a free port of 127.0.0.1, or on this one. */
export async function startHttpServer(listener: Listener, port = 0): Promise<HttpServer> {
  const server = createServer(async (request, response) => {
    try {
      await listener(request, response);
    } catch (error) {
      if (request.complete) {
        throw error;
      }
      response.destroy();
    }
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
