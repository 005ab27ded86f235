import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { HOP_BY_HOP_HEADERS } from 'resilient-stepfunctions/http';

/** With this header, serverless-offline lets any client pass as any caller. */
const AUTHORIZER_OVERRIDE = 'sls-offline-authorizer-override';

/** serverless-offline lets every web page call the API and read its answers. The API in the cloud allows no origin. */
function isCrossOrigin(name: string): boolean {
  return name.startsWith('access-control-');
}

/**
 * The headers with which a request is passed on. A chunked body stays chunked whatever the method: Node would send the body
 * of a GET without any framing, and the API would read it as the next request of the connection.
 */
export function requestHeaders({ headers }: IncomingMessage): IncomingHttpHeaders {
  const kept = without(headers, (name) => name === AUTHORIZER_OVERRIDE);
  return headers['transfer-encoding'] === undefined ? kept : { ...kept, 'transfer-encoding': 'chunked' };
}

/** The headers with which an answer is passed back. */
export function answerHeaders({ headers }: IncomingMessage): IncomingHttpHeaders {
  return without(headers, isCrossOrigin);
}

function without(headers: IncomingHttpHeaders, isDropped: (name: string) => boolean): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP_HEADERS.has(name) && !isDropped(name)),
  );
}
