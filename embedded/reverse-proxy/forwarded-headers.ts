import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { HOP_BY_HOP_HEADERS } from 'resilient-stepfunctions/http';

/** With this header, serverless-offline lets any client pass as any caller. */
const AUTHORIZER_OVERRIDE = 'sls-offline-authorizer-override';

/** serverless-offline lets every web page call the API and read its answers. The API in the cloud allows no origin. */
function isCrossOrigin(name: string): boolean {
  return name.startsWith('access-control-');
}

/**
 * The headers of the forwarded request. A chunked body stays chunked for every method. Otherwise Node would send the body of
 * a GET without framing, and the API would read it as the connection's next request.
 */
export function requestHeaders({ headers, headersDistinct }: IncomingMessage): OutgoingHttpHeaders {
  const kept = without(separately(headers, headersDistinct), (name) => name === AUTHORIZER_OVERRIDE);
  return headers['transfer-encoding'] === undefined ? kept : { ...kept, 'transfer-encoding': 'chunked' };
}

/** The headers with which an answer is passed back. */
export function answerHeaders({ headers }: IncomingMessage): OutgoingHttpHeaders {
  return without(headers, isCrossOrigin);
}

/** A header that was sent several times is passed on several times, as it would reach a function in the cloud. */
function separately(headers: IncomingHttpHeaders, distinct: NodeJS.Dict<string[]>): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const values = distinct[name] ?? [];
      return [name, values.length > 1 && values.join(', ') === value ? values : value];
    }),
  );
}

function without<Headers extends OutgoingHttpHeaders>(
  headers: Headers,
  isDropped: (name: string) => boolean,
): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP_HEADERS.has(name) && !isDropped(name)),
  );
}
