import { exceedsPayloadLimit } from '../core/json-text.ts';
import { readFunctionName } from '../language/function-name.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { ConnectionError, type HttpEndpoint, type HttpReply } from './http-endpoint.ts';
import { type Integration, TaskFailure } from './integration.ts';
import { readPayload, throwIfFailed } from './lambda-errors.ts';
import { requestIdOf, sdkMetadata } from './sdk-metadata.ts';

interface Invocation {
  readonly functionName: string;
  /** JSON text. */
  readonly body: string;
  readonly headers: { readonly [name: string]: string };
  readonly cancelled: AbortSignal;
}

/** Calls Lambda's Invoke API. */
export class Lambda {
  readonly #endpoint: HttpEndpoint;
  readonly #arnPrefix: string;

  /** @param arnPrefix for functions named without an ARN, in messages: `arn:aws:lambda:REGION:ACCOUNT:function:` */
  constructor(endpoint: HttpEndpoint, arnPrefix: string) {
    this.#endpoint = endpoint;
    this.#arnPrefix = arnPrefix;
  }

  /**
   * Calls a function for a Task whose `Resource` is its ARN: input and answer without an envelope.
   *
   * @throws {TaskFailure}
   */
  async callFunction(functionArn: string, input: Json, cancelled: AbortSignal): Promise<Json> {
    const reply = await this.#invoke({
      functionName: functionArn,
      body: JSON.stringify(input),
      headers: {},
      cancelled,
    });
    throwIfFailed(reply, this.#arnOf(functionArn), functionArn);
    return readPayload(reply.body);
  }

  /** `lambda:invoke`: takes the parameters and answers the result of Lambda's Invoke API. */
  readonly invoke: Integration = async ({ input, cancelled }) => {
    const parameters = parametersOf(input);
    const functionName = String(parameters.FunctionName);
    const reply = await this.#invoke({
      functionName:
        parameters.Qualifier === undefined ? functionName : `${functionName}:${String(parameters.Qualifier)}`,
      body: bodyOf(parameters.Payload),
      headers: headersOf(parameters),
      cancelled,
    });
    throwIfFailed(reply, this.#arnOf(functionName), 'lambda');
    const logs = reply.headers['x-amz-log-result'];
    const result: JsonObject = {
      ExecutedVersion: String(reply.headers['x-amz-executed-version'] ?? '$LATEST'),
      ...(typeof logs === 'string' ? { LogResult: logs } : {}),
      Payload: reply.status === 202 ? '' : readPayload(reply.body),
      ...sdkMetadata(reply, requestIdOf(reply)),
      StatusCode: reply.status,
    };
    if (exceedsPayloadLimit(result)) {
      throw new TaskFailure(
        'States.DataLimitExceeded',
        "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
      );
    }
    return result;
  };

  #arnOf(functionName: string): string {
    return `${this.#arnPrefix}${readFunctionName(functionName).name}`;
  }

  async #invoke({ functionName, body, headers, cancelled }: Invocation): Promise<HttpReply> {
    const { name, qualifier } = readFunctionName(functionName);
    const query = qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(qualifier)}`;
    try {
      return await this.#endpoint.post({
        path: `/2015-03-31/functions/${encodeURIComponent(name)}/invocations${query}`,
        headers: { 'content-type': 'application/json', 'x-amz-invocation-type': 'RequestResponse', ...headers },
        body,
        cancelled,
      });
    } catch (error) {
      if (!(error instanceof ConnectionError)) {
        throw error;
      }
      throw new TaskFailure('Lambda.SdkClientException', `Unable to execute HTTP request: ${error.message}`, {
        cause: error,
      });
    }
  }
}

/**
 * The request body for a `Payload`, which is a blob. AWS sends a string as it is, so `"{}"` arrives as an object, and
 * anything else as JSON. Null counts as absent.
 */
function bodyOf(payload: Json | undefined): string {
  if (payload === undefined || payload === null) {
    return '{}';
  }
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}

function parametersOf(input: Json): JsonObject {
  if (input !== null && typeof input === 'object' && !Array.isArray(input)) {
    const parameters = input as JsonObject;
    if (typeof parameters.FunctionName === 'string' && parameters.FunctionName !== '') {
      return parameters;
    }
  }
  throw new TaskFailure('States.Runtime', "The parameter 'FunctionName' of lambda:invoke must be a non-empty string.");
}

function headersOf({ InvocationType, LogType, ClientContext }: JsonObject): { [name: string]: string } {
  return {
    ...(typeof InvocationType === 'string' ? { 'x-amz-invocation-type': InvocationType } : {}),
    ...(typeof LogType === 'string' ? { 'x-amz-log-type': LogType } : {}),
    ...(typeof ClientContext === 'string' ? { 'x-amz-client-context': ClientContext } : {}),
  };
}
