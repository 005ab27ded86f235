import type { Server } from 'node:http';
import { afterEach } from '@jest/globals';
import { listenOnFreePort } from './free-port.ts';

/** Listens with servers that a test has made, and gives their URLs. They end with the test. Call once, at the top of the file. */
export function withListeningServers(): (server: Server) => Promise<string> {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  return async (server) => {
    servers.push(server);
    return `http://127.0.0.1:${await listenOnFreePort(server)}`;
  };
}
