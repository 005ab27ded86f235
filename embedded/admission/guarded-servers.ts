import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';
import { isFromForeignPage } from 'resilient-stepfunctions/foreign-page';

const LISTEN = 'tracing:net.server.listen:asyncStart';
const REFUSAL = JSON.stringify({ message: 'No web page of another origin may call this; call it as localhost.' });

/**
 * Keeps web pages from every HTTP server that this process opens from now on: serverless-offline invites pages of any
 * origin to its Lambda endpoint, where a function believes what its caller says, and to the API behind the gate. It makes
 * its servers itself and hands none of them out; but Node tells of each that is about to listen.
 *
 * @returns what leaves those alone that are opened later
 */
export function guardServersFromPages(): () => void {
  const guardNew = (message: unknown): void => {
    const server = (message as { readonly server?: unknown }).server;
    if (server instanceof Server) {
      guard(server);
    }
  };
  subscribe(LISTEN, guardNew);
  return () => {
    unsubscribe(LISTEN, guardNew);
  };
}

function guard(server: Server): void {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (incoming, response) => {
    if (!isFromForeignPage(incoming)) {
      for (const listener of listeners) {
        Reflect.apply(listener, server, [incoming, response]);
      }
      return;
    }
    incoming.resume();
    response.writeHead(403, { 'content-type': 'application/json' }).end(REFUSAL);
  });
}
