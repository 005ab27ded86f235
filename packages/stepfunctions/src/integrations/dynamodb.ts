import { isJsonObject, type Json, type JsonObject } from '../language/json.ts';
import { toApiRequest } from '../service-models/api-request.ts';
import { operationOf } from '../service-models/service-model.ts';
import { optimizedDynamoDbFailure, readError, sdkDynamoDbFailure } from './dynamodb-errors.ts';
import { ConnectionError, type HttpEndpoint, type HttpReply } from './http-endpoint.ts';
import { type Integration, type IntegrationTarget, TaskFailure } from './integration.ts';
import { toApiSpelling, toSdkSpelling } from './member-spelling.ts';
import { requestIdOf, sdkMetadata } from './sdk-metadata.ts';

/** A placeholder signature. DynamoDB's emulators check only its form and the key's id. */
function authorization(region: string): string {
  return `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`;
}

/** A text that stands where DynamoDB takes an attribute value becomes one: `"x"` is `{"S":"x"}`. */
function withTextAttributes(input: Json, { service, action, sdk }: IntegrationTarget): Json {
  const shape = operationOf(service, action, sdk)?.input;
  return isJsonObject(input) && shape !== undefined ? toApiRequest(input, shape) : input;
}

function pascalCase(action: string): string {
  return `${action.slice(0, 1).toUpperCase()}${action.slice(1)}`;
}

/** Calls DynamoDB's API. */
export class DynamoDb {
  readonly #endpoint: HttpEndpoint;
  readonly #authorization: string;

  constructor(endpoint: HttpEndpoint, region: string) {
    this.#endpoint = endpoint;
    this.#authorization = authorization(region);
  }

  /** `dynamodb:getItem`, `putItem`, `updateItem`, `deleteItem`. */
  readonly optimized: Integration = async ({ target, input, cancelled }) => {
    const reply = await this.#call(
      target.action,
      withTextAttributes(input, target),
      cancelled,
      'DynamoDB.SdkClientException',
    );
    if (reply.status >= 300) {
      throw optimizedDynamoDbFailure(readError(reply));
    }
    return { ...(JSON.parse(reply.body) as JsonObject), ...sdkMetadata(reply, requestIdOf(reply)) };
  };

  /** `aws-sdk:dynamodb:…`, any action. */
  readonly sdk: Integration = async ({ target, input, cancelled }) => {
    const reply = await this.#call(target.action, toApiSpelling(input), cancelled, 'DynamoDb.SdkClientException');
    if (reply.status >= 300) {
      throw sdkDynamoDbFailure(readError(reply));
    }
    return toSdkSpelling(JSON.parse(reply.body) as Json);
  };

  async #call(action: string, input: Json, cancelled: AbortSignal, unreachable: string): Promise<HttpReply> {
    try {
      return await this.#endpoint.post({
        path: '/',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': `DynamoDB_20120810.${pascalCase(action)}`,
          'x-amz-date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
          authorization: this.#authorization,
        },
        body: JSON.stringify(input),
        cancelled,
      });
    } catch (error) {
      if (!(error instanceof ConnectionError)) {
        throw error;
      }
      throw new TaskFailure(unreachable, `Unable to execute HTTP request: ${error.message}`, { cause: error });
    }
  }
}
