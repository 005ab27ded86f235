import { text } from 'node:stream/consumers';
import type { Json, JsonObject } from '../language/json.ts';
import { startHttpServer } from './http-server.ts';

/** A Lambda function for tests: answers its result, or throws. */
export type Handler = (event: Json) => Json | Promise<Json>;

/** A Lambda endpoint for tests. */
export interface LambdaStub {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves functions by name through Lambda's Invoke API on a free port. Errors are reported like Lambda's Node runtime does. */
export async function startLambdaStub(functions: { readonly [name: string]: Handler }): Promise<LambdaStub> {
  const { url, close } = await startHttpServer(async (request, response) => {
    const payload = await text(request);
    if (!request.url?.endsWith('/invocations') && !request.url?.includes('/invocations?')) {
      // As serverless-offline answers what it does not serve.
      response.writeHead(404).end('{"statusCode":404,"error":"Not Found"}');
      return;
    }
    const name = decodeURIComponent(/functions\/([^/]+)\/invocations/.exec(request.url ?? '')?.[1] ?? '');
    const { status, headers, body } = await answer(functions[name], payload);
    response.writeHead(status, headers);
    response.end(JSON.stringify(body));
  });
  return { url, close };
}

interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Json;
}

async function answer(handler: Handler | undefined, text: string): Promise<Answer> {
  if (!handler) {
    const body: JsonObject = { Type: 'User', Message: 'Function not found' };
    return { status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' }, body };
  }
  try {
    return { status: 200, headers: {}, body: await handler(JSON.parse(text) as Json) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return {
      status: 200,
      headers: { 'x-amz-function-error': 'Unhandled' },
      body: { errorType: name, errorMessage: message },
    };
  }
}
