import { randomUUID } from 'node:crypto';
import { isJsonObject, type Json, type JsonObject } from '../../language/json.ts';
import { serviceKey } from '../../service-models/client-package.ts';
import { memberName } from '../../service-models/member-name.ts';
import { type Operation, operationOf, type Shape } from '../../service-models/service-model.ts';
import { optimizedFailure, type ServiceRefusal, sdkFailure } from '../aws-failure.ts';
import { type Integration, type IntegrationTarget, TaskFailure, type TaskOrigin } from '../integration.ts';
import { sdkMetadata } from '../sdk-metadata.ts';
import { SdkClient, type SdkReply, type SdkSettings } from './sdk-client.ts';
import { operationOfSchema } from './sdk-shape.ts';
import { fromSdkOutput, toSdkInput } from './sdk-values.ts';

/** How the failures of an optimized integration name its service, in the error and in the cause. */
const OPTIMIZED: { readonly [service: string]: readonly [prefix: string, service: string] } = {
  events: ['EventBridge', 'AmazonEventBridge'],
  sns: ['SNS', 'AmazonSNS'],
  sqs: ['SQS', 'AmazonSQS'],
};

/** A task's result may have 256 KiB. A larger object of S3 is not read at all. */
const MOST_STREAMED_BYTES = 256 * 1024;

const NOTHING: Shape = { kind: 'STRUCTURE', name: 'Nothing', members: new Map(), required: [] };

/**
 * Calls an action of a service for the engine itself, with members and failures as of an SDK integration.
 *
 * @param options `streams`: the answer's body is not read, but left as a stream
 * @throws {TaskFailure} the service has no endpoint, refused or gave no answer
 */
export type CallService = (
  service: string,
  action: string,
  input: JsonObject,
  cancelled: AbortSignal,
  options?: { readonly streams: boolean },
) => Promise<unknown>;

/** Calls any service of AWS at a compatible endpoint, through the service's client from AWS's SDK. */
export class ForwardedServices {
  readonly #endpoints: ReadonlyMap<string, string>;
  readonly #settings: SdkSettings;
  readonly #clients = new Map<string, Promise<SdkClient>>();

  /** @param endpoints URLs by {@link serviceKey} */
  constructor(endpoints: ReadonlyMap<string, string>, settings: SdkSettings) {
    this.#endpoints = endpoints;
    this.#settings = settings;
  }

  /** The integration for a target, or `undefined` when its service has no endpoint. */
  integrationFor({ service, sdk }: IntegrationTarget): Integration | undefined {
    if (!this.#endpoints.has(serviceKey(service)) || !(sdk || Object.hasOwn(OPTIMIZED, service))) {
      return undefined;
    }
    return sdk ? this.#sdk : this.#optimized;
  }

  readonly call: CallService = async (service, action, input, cancelled, options) => {
    const resource = `arn:aws:states:::aws-sdk:${service}:${action}`;
    if (!this.#endpoints.has(serviceKey(service))) {
      const advice = `Start the engine with --endpoint ${service}=URL.`;
      throw new TaskFailure('States.Runtime', `This engine does not reach the service behind ${resource}. ${advice}`);
    }
    const client = await this.#client(service);
    const target = { kind: 'INTEGRATION', resource, service, action, sdk: true, pattern: 'REQUEST_RESPONSE' } as const;
    const { output = NOTHING, reply } = await call(client, target, input, cancelled);
    return options?.streams === true ? reply.output : fromSdkOutput(reply.output, output);
  };

  /** @throws {TaskFailure} the service's package is not installed */
  async #client(service: string): Promise<SdkClient> {
    const key = serviceKey(service);
    const known = this.#clients.get(key);
    if (known !== undefined) {
      return await known;
    }
    const loading = SdkClient.load(service, this.#endpoints.get(key) ?? '', this.#settings);
    this.#clients.set(key, loading);
    // It may be installed by the time of the next call.
    loading.catch(() => this.#clients.delete(key));
    return await loading;
  }

  close(): void {
    for (const loading of this.#clients.values()) {
      loading.then((client) => client.close()).catch(() => undefined);
    }
  }

  readonly #sdk: Integration = async ({ target, input, cancelled }) => {
    const client = await this.#client(target.service);
    const { output = NOTHING, reply } = await call(client, target, input, cancelled);
    return fromSdkOutput(await withTextBody(reply.output, target), output);
  };

  readonly #optimized: Integration = async ({ target, input, origin, cancelled }) => {
    const client = await this.#client(target.service);
    const parameters = target.service === 'events' ? withResources(input, origin) : input;
    const { output = NOTHING, reply } = await call(client, target, parameters, cancelled);
    const result = fromSdkOutput(reply.output, output) as JsonObject;
    if (typeof result.FailedEntryCount === 'number' && result.FailedEntryCount > 0) {
      throw new TaskFailure('EventBridge.FailedEntry', JSON.stringify(result));
    }
    return { ...result, ...sdkMetadata(reply, requestIdOf(reply.output)) };
  };
}

async function call(
  client: SdkClient,
  target: IntegrationTarget,
  input: Json,
  cancelled: AbortSignal,
): Promise<{ readonly output: Shape | undefined; readonly reply: SdkReply }> {
  const operation = operationOfTarget(client, target);
  const parameters = isJsonObject(input) ? toSdkInput(input, operation.input ?? NOTHING) : {};
  try {
    return { output: operation.output, reply: await client.call(target.action, parameters, cancelled) };
  } catch (error) {
    cancelled.throwIfAborted();
    throw failureOf(client, target, error);
  }
}

/** @throws {TaskFailure} the service has no such action */
function operationOfTarget(client: SdkClient, { resource, service, action, sdk }: IntegrationTarget): Operation {
  const operation = operationOf(service, action, sdk) ?? operationOfSchema(client.schemaOf(action), sdk);
  if (operation !== undefined && client.hasAction(action)) {
    return operation;
  }
  const reason = client.hasAction(action)
    ? 'The installed client of the service is too old: it does not describe the action.'
    : `The service ${client.serviceId} has no action ${action}.`;
  throw new TaskFailure('States.Runtime', `${resource} cannot be called. ${reason}`);
}

/** The failure of a task whose service refused or gave no answer, in the words of AWS's Java SDKs. */
function failureOf(client: SdkClient, { service, sdk }: IntegrationTarget, error: unknown): TaskFailure {
  const { name, message, code, metadata } = detailsOf(error);
  const javaName = memberName(client.serviceId, true);
  const [prefix, longName] = OPTIMIZED[service] ?? [javaName, javaName];
  const { httpStatusCode: status, requestId = randomUUID() } = metadata;
  if (status === undefined) {
    const cause = `Unable to execute HTTP request: ${message}`;
    return new TaskFailure(`${sdk ? javaName : prefix}.SdkClientException`, cause, { cause: error });
  }
  const general = sdk ? `${javaName}Exception` : `${longName}Exception`;
  const exception = client.hasException(name) ? exceptionName(name) : general;
  const refusal: ServiceRefusal = { exception, code, message, status, requestId };
  return sdk ? sdkFailure(javaName, refusal) : optimizedFailure(prefix, longName, refusal);
}

interface ErrorMetadata {
  readonly httpStatusCode?: number;
  readonly requestId?: string;
}

/** What an error of the SDK says. A connection's error has no status. */
function detailsOf(error: unknown): {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly metadata: ErrorMetadata;
} {
  const { name = 'Error', message = '', Code, code, $metadata = {} } = Object(error) as SdkError;
  return { name, message: message || code || name, code: Code ?? name, metadata: $metadata };
}

/** The members of an error of the SDK. */
interface SdkError {
  readonly name?: string;
  readonly message?: string;
  /** The code in the service's answer. */
  readonly Code?: string;
  /** Node's code of a connection's error. */
  readonly code?: string;
  readonly $metadata?: ErrorMetadata;
}

/** As AWS's Java SDK names the class of an exception: `NoSuchKey` is `NoSuchKeyException`. */
function exceptionName(name: string): string {
  return `${memberName(name.replace(/(?:Fault|Exception)$/, ''), true)}Exception`;
}

/** AWS appends the ARNs of the execution and of its state machine to each event's resources. */
function withResources(input: Json, { executionArn }: TaskOrigin): Json {
  const entries = isJsonObject(input) ? input.Entries : undefined;
  if (!isJsonObject(input) || !Array.isArray(entries)) {
    return input;
  }
  const [arn, partition, service, region, account, , machine] = executionArn.split(':');
  const own =
    executionArn === ''
      ? []
      : [executionArn, `${[arn, partition, service, region, account].join(':')}:stateMachine:${machine}`];
  return {
    ...input,
    Entries: (entries as readonly Json[]).map((entry) =>
      isJsonObject(entry)
        ? {
            ...entry,
            Resources: [...(Array.isArray(entry.Resources) ? (entry.Resources as readonly Json[]) : []), ...own],
          }
        : entry,
    ),
  };
}

function requestIdOf(output: object): string {
  const { $metadata } = output as { readonly $metadata?: ErrorMetadata };
  return $metadata?.requestId ?? randomUUID();
}

interface TextStream {
  transformToString(): Promise<string>;
  destroy?(): void;
}

/**
 * The output with a streamed body, as of `s3:getObject`, read into a text.
 *
 * @throws {TaskFailure} `States.DataLimitExceeded`
 */
async function withTextBody(output: object, { resource }: IntegrationTarget): Promise<object> {
  const { Body, ContentLength } = output as { readonly Body?: unknown; readonly ContentLength?: unknown };
  if (typeof Body !== 'object' || Body === null || !('transformToString' in Body)) {
    return output;
  }
  const stream = Body as TextStream;
  if (typeof ContentLength === 'number' && ContentLength > MOST_STREAMED_BYTES) {
    stream.destroy?.();
    const cause = `The state/task '${resource}' returned a result with a size exceeding the maximum number of bytes service limit.`;
    throw new TaskFailure('States.DataLimitExceeded', cause);
  }
  return { ...output, Body: await stream.transformToString() };
}
