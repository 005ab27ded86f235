import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnFreePort } from './free-port.ts';

/** A listening HTTP server for tests. */
export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** Breaks open connections off, and resolves once the port is free. */
  readonly close: () => Promise<void>;
}

/** Serves HTTP on a free port of 127.0.0.1. */
export async function startHttpServer(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<HttpServer> {
  const server = createServer(listener);
  const port = await listenOnFreePort(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
