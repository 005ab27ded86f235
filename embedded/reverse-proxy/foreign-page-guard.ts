import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';
import { isFromForeignPage } from 'resilient-stepfunctions/http';

const LISTEN = 'tracing:net.server.listen:asyncStart';
const REFUSAL = JSON.stringify({ message: 'No web page of another origin may call this; call it as localhost.' });

/**
 * Makes every HTTP server that this process opens from now on refuse web pages of other origins. serverless-offline opens
 * its servers itself, allows every origin, and gives no access to them. Its Lambda endpoint even trusts identity headers of
 * callers. Node's diagnostics channel announces each server that is about to listen.
 *
 * @returns ends the guarding of servers that are opened later
 */
export function guardServersFromForeignPages(): () => void {
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
