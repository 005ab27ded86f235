import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  answerDescription,
  isFromForeignPage,
  type KnownFunctions,
  readLambdaCall,
} from 'resilient-stepfunctions/http';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../resources/local-template.ts';
import { type HandlerLoader, invoke, loadHandler } from './invocation.ts';
import type { LambdaFunction } from './lambda-function.ts';

/** Lambda's limit for a synchronous request. */
const MAX_REQUEST_BYTES = 6_291_456;

const INVOKE_PATH = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/;

/** A refusal in the shape of Lambda's own errors. */
class Refusal extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

interface ServedFunctions {
  readonly byName: ReadonlyMap<string, LambdaFunction>;
  readonly known: KnownFunctions;
}

/**
 * Lambda's Invoke API for functions of this process: `POST /2015-03-31/functions/NAME/invocations`, with the invocation types
 * RequestResponse, Event and DryRun. It takes a name only; the AWS endpoint before it knows ARNs and qualifiers.
 * ListFunctions, GetFunction and GetFunctionConfiguration tell the names.
 */
export function createLambdaEndpoint(functions: readonly LambdaFunction[], load: HandlerLoader = loadHandler): Server {
  const byName = new Map(functions.map((definition) => [definition.name, definition]));
  const names = [...byName.keys()].toSorted();
  const known = { names: () => names, arnPrefix: `arn:aws:lambda:${LOCAL_REGION}:${LOCAL_ACCOUNT}:function:` };
  return createServer({ requestTimeout: 60_000 }, (incoming, response) => {
    answer(incoming, response, { byName, known }, load).catch((error: unknown) => {
      incoming.resume();
      if (error instanceof Refusal) {
        const body = { Type: error.status < 500 ? 'User' : 'Service', Message: error.message, message: error.message };
        send(response, error.status, JSON.stringify(body), { 'x-amzn-errortype': error.type });
      } else {
        response.destroy();
      }
    });
  });
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  { byName, known }: ServedFunctions,
  load: HandlerLoader,
): Promise<void> {
  if (isFromForeignPage(incoming)) {
    throw new Refusal(
      403,
      'AccessDeniedException',
      'No web page of another origin may call this; call it as localhost.',
    );
  }
  const call = readLambdaCall(incoming.url ?? '');
  if (call !== undefined && answerDescription(incoming, response, call, known)) {
    incoming.resume();
    return;
  }
  const definition = requestedFunction(incoming, byName);
  const event = eventOf(await readBody(incoming));
  const type = incoming.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  switch (type) {
    case 'DryRun':
      send(response, 204, '');
      return;
    case 'Event':
      void invoke(definition, event, load).then(({ failed, payload }) => {
        if (failed) {
          console.error(`${definition.name}, invoked asynchronously, failed: ${payload}`);
        }
      });
      send(response, 202, '');
      return;
    case 'RequestResponse': {
      const { failed, payload } = await invoke(definition, event, load);
      send(response, 200, payload, failed ? { 'x-amz-function-error': 'Unhandled' } : {});
      return;
    }
    default:
      throw new Refusal(400, 'InvalidParameterValueException', `Invocation type ${String(type)} is not known.`);
  }
}

function requestedFunction(
  { method, url = '' }: IncomingMessage,
  functions: ReadonlyMap<string, LambdaFunction>,
): LambdaFunction {
  const name = INVOKE_PATH.exec(url)?.[1];
  if (name === undefined || method !== 'POST') {
    throw new Refusal(
      404,
      'UnknownOperationException',
      'Only POST /2015-03-31/functions/NAME/invocations is served here.',
    );
  }
  const definition = functions.get(name);
  if (definition === undefined) {
    throw new Refusal(404, 'ResourceNotFoundException', `Function not found: ${name}`);
  }
  return definition;
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_REQUEST_BYTES) {
      throw new Refusal(413, 'RequestTooLargeException', `Request must be smaller than ${MAX_REQUEST_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function eventOf(body: string): unknown {
  if (body === '') {
    return {};
  }
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(400, 'InvalidRequestContentException', `Could not parse request body into json: ${why}`);
  }
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
