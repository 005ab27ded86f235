import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** Headers that belong to one connection, which the other side of the gate does not have. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** With this header serverless-offline lets any client be whoever it likes. */
function isImpersonation(name: string): boolean {
  return name === 'sls-offline-authorizer-override';
}

/** serverless-offline invites every web page to call the API and read its answers; the API in the cloud invites none. */
function isCrossOrigin(name: string): boolean {
  return name.startsWith('access-control-');
}

/**
 * The headers that a request is passed on with. A body that came in chunks goes on in chunks, whatever the method: Node
 * writes one after a GET without any frame, where it would be read as the next request of the connection.
 */
export function requestHeaders({ headers }: IncomingMessage): IncomingHttpHeaders {
  const kept = without(headers, (name) => HOP_BY_HOP.has(name) || isImpersonation(name));
  return headers['transfer-encoding'] === undefined ? kept : { ...kept, 'transfer-encoding': 'chunked' };
}

/** The headers that an answer is passed back with. */
export function answerHeaders({ headers }: IncomingMessage): IncomingHttpHeaders {
  return without(headers, (name) => HOP_BY_HOP.has(name) || isCrossOrigin(name));
}

function without(headers: IncomingHttpHeaders, isUnwanted: (name: string) => boolean): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isUnwanted(name)));
}
