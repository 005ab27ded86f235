import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json, JsonObject } from '../language/json.ts';
import type { EngineLogger } from '../options.ts';
import { ApiError } from './api-error.ts';

/** AWS refuses bigger requests; the largest legal one holds a 1 MB definition. */
const BODY_LIMIT_BYTES = 2 * 1024 * 1024;

/** The caller of an action. */
export interface Caller {
  /** Fires when the caller hangs up; asked for by long polls only. */
  gone(): AbortSignal;
}

/**
 * Answers an action by its name on the wire.
 *
 * @throws {ApiError} the refusal, UnknownOperationException included
 */
export type Dispatch = (action: string, body: JsonObject, caller: Caller) => JsonObject | Promise<JsonObject>;

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The request is not destroyed on early exit: the answer still has to reach the caller.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES) {
      throw new ApiError('RequestEntityTooLargeException', `The request is larger than ${BODY_LIMIT_BYTES} bytes.`, {
        status: 413,
      });
    }
    chunks.push(chunk);
  }
  return (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString('utf8') ?? '';
}

function parseBody(text: string): JsonObject {
  if (text === '') {
    return {};
  }
  let body: Json;
  try {
    body = JSON.parse(text) as Json;
  } catch (cause) {
    throw new ApiError('SerializationException', 'The request body is not valid JSON.', { cause });
  }
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new ApiError('SerializationException', 'The request body must be a JSON object.');
  }
  return body as JsonObject;
}

/** Serves one AWS JSON 1.0 service. `X-Amz-Target` names the action behind the dot. */
export class AwsJsonServer {
  readonly #dispatch: Dispatch;
  readonly #logger: EngineLogger;

  constructor(dispatch: Dispatch, logger: EngineLogger) {
    this.#dispatch = dispatch;
    this.#logger = logger;
  }

  /** Never rejects: every failure is answered the way AWS answers it. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = String(request.headers['x-amz-target'] ?? '');
    const action = target.slice(target.indexOf('.') + 1);
    try {
      const body = parseBody(await readBody(request));
      send(response, 200, await this.#dispatch(action, body, { gone: () => hangUpOf(response) }));
    } catch (error) {
      if (request.destroyed && !request.complete) {
        return; // The caller has hung up.
      }
      // Drops the unread rest of the body, so that the next request on the connection can be parsed.
      request.resume();
      this.#answerError(action, error, response);
    }
  }

  #answerError(action: string, error: unknown, response: ServerResponse): void {
    if (error instanceof ApiError) {
      const message = error.message === '' ? {} : { message: error.message };
      send(response, error.status, { __type: error.type, ...message, ...error.fields });
      return;
    }
    this.#logger.error({ action, err: error }, 'action failed');
    send(response, 500, {
      __type: 'InternalFailure',
      message: `${action} failed inside the engine; its log says why.`,
    });
  }
}

function hangUpOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

function send(response: ServerResponse, status: number, body: JsonObject): void {
  if (response.destroyed) {
    return;
  }
  // A string goes out in one packet with the headers.
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(text);
}
