import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../language/json.ts';

/** The HTTP answer of a call. */
interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Header names as AWS's SDK reports them. */
const SPELLING: { readonly [name: string]: string } = {
  'content-length': 'Content-Length',
  'content-type': 'Content-Type',
  date: 'Date',
  server: 'Server',
  'x-amz-executed-version': 'X-Amz-Executed-Version',
  'x-amzn-requestid': 'x-amzn-RequestId',
  'x-amzn-trace-id': 'X-Amzn-Trace-Id',
};

/** The request id of a reply, or a new one where the endpoint sent none. */
export function requestIdOf(reply: Reply): string {
  const id = reply.headers['x-amzn-requestid'];
  return typeof id === 'string' ? id : randomUUID();
}

/** The members of an optimized integration's result that describe the HTTP exchange. */
export function sdkMetadata(reply: Reply, requestId: string): JsonObject {
  const headers = Object.entries(reply.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[SPELLING[name] ?? name, typeof value === 'string' ? [value] : value] as const],
  );
  const all: { [name: string]: readonly string[] } = Object.fromEntries(headers);
  all['x-amzn-RequestId'] ??= [requestId];
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: all,
      HttpHeaders: Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values.join(', ')])),
      HttpStatusCode: reply.status,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
}
