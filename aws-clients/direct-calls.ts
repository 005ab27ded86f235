import { convertToAttr, convertToNative } from '@aws-sdk/util-dynamodb';
import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { operation } from '@smithy/core/schema';
import type {
  HttpRequest,
  HttpResponse,
  MetadataBearer,
  OperationSchema,
  RetryErrorInfo,
  RetryErrorType,
  RetryStrategyV2,
  StaticOperationSchema,
} from '@smithy/types';
import { convertAttributes, type KeyNodes } from './document-attributes.ts';

/** A client of the SDK, or its document client. */
export interface SdkClient {
  readonly config: object;
  readonly middlewareStack: object;
  readonly send: unknown;
}

/** The parts of a client's configuration that a call needs. */
interface CallParts {
  readonly protocol: {
    setSerdeContext: (context: object) => void;
    serializeRequest: (schema: OperationSchema, input: object, context: object) => Promise<HttpRequest>;
    deserializeResponse: (schema: OperationSchema, context: object, response: HttpResponse) => Promise<MetadataBearer>;
  };
  readonly requestHandler: {
    handle: (request: HttpRequest, options: CallOptions) => Promise<{ readonly response: HttpResponse }>;
  };
  readonly retryStrategy: () => Promise<RetryStrategyV2>;
  /** Of the document client. */
  readonly translateConfig?: { readonly marshallOptions?: MarshallOptions };
}

type MarshallOptions = Parameters<typeof convertToAttr>[1];

interface CallOptions {
  readonly abortSignal?: AbortSignal;
}

interface Command {
  readonly input: object;
  readonly schema?: StaticOperationSchema;
  /** Of the document client's commands. */
  readonly clientCommand?: Command;
  readonly inputKeyNodes?: KeyNodes;
  readonly outputKeyNodes?: KeyNodes;
}

type Send = (command: Command, ...rest: readonly unknown[]) => unknown;

/** Middleware that is added later has to see each call. */
const ADDING = ['add', 'addRelativeTo', 'use'] as const;

const schemas = new WeakMap<StaticOperationSchema, OperationSchema>();

/**
 * Makes a client call its service without the SDK's middleware, which takes nine tenths of the processor time of a call to this
 * machine: it builds and sorts its own list at each call, and resolves an endpoint that is known. The SDK's serializers, its
 * errors, its retries and the client's request handler stay. Once somebody adds middleware, calls go the SDK's way.
 *
 * @param headers are sent along with each call
 * @returns the client
 */
export function callDirectly<Client extends SdkClient>(
  client: Client,
  headers: Readonly<Record<string, string>>,
): Client {
  const parts = client.config as CallParts;
  const sendBySdk = (client.send as Send).bind(client);
  const calls = new DirectCalls(parts, headers);
  let isDirect = true;
  for (const name of ADDING) {
    const add = Reflect.get(client.middlewareStack, name) as (...values: readonly unknown[]) => unknown;
    Reflect.set(client.middlewareStack, name, (...values: readonly unknown[]) => {
      isDirect = false;
      return add(...values);
    });
  }
  const send: Send = (command, ...rest) => {
    const [options] = rest;
    return isDirect && rest.length < 2 && typeof options !== 'function' && calls.canMake(command)
      ? calls.make(command, options as CallOptions | undefined)
      : sendBySdk(command, ...rest);
  };
  return Object.assign(client, { send });
}

class DirectCalls {
  readonly #parts: CallParts;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #context: object;
  readonly #toAttribute: (value: unknown) => unknown;

  constructor(parts: CallParts, headers: Readonly<Record<string, string>>) {
    this.#parts = parts;
    this.#headers = headers;
    // The request handler knows the endpoint.
    this.#context = { ...parts, endpoint: async () => undefined };
    parts.protocol.setSerdeContext(parts);
    const options = { ...parts.translateConfig?.marshallOptions, convertTopLevelContainer: true };
    this.#toAttribute = (value) => convertToAttr(value as Parameters<typeof convertToAttr>[0], options);
  }

  canMake({ schema, clientCommand }: Command): boolean {
    return (clientCommand?.schema ?? schema) !== undefined;
  }

  async make(command: Command, options: CallOptions = {}): Promise<MetadataBearer> {
    const strategy = await this.#parts.retryStrategy();
    let token = await strategy.acquireInitialRetryToken('');
    for (let totalRetryDelay = 0; ; ) {
      try {
        const output = await this.#makeOnce(command, options);
        strategy.recordSuccess(token);
        Object.assign(output.$metadata, { attempts: token.getRetryCount() + 1, totalRetryDelay });
        return output;
      } catch (error) {
        const failure = error instanceof Error ? error : new Error(String(error));
        const attempts = token.getRetryCount() + 1;
        const next = options.abortSignal?.aborted === true ? undefined : await renewed(strategy, token, failure);
        if (next === undefined) {
          const metadata: unknown = Reflect.get(failure, '$metadata');
          throw Object.assign(failure, { $metadata: { ...(metadata ?? {}), attempts, totalRetryDelay } });
        }
        token = next;
        totalRetryDelay += token.getRetryDelay();
        await pause(token.getRetryDelay());
      }
    }
  }

  async #makeOnce(command: Command, options: CallOptions): Promise<MetadataBearer> {
    const { protocol, requestHandler } = this.#parts;
    const schema = schemaOf(command);
    const input = convertAttributes(command.input, command.inputKeyNodes ?? {}, this.#toAttribute);
    const request = await protocol.serializeRequest(schema, input, this.#context);
    Object.assign(request.headers, this.#headers);
    const { response } = await requestHandler.handle(request, options);
    const output = await protocol.deserializeResponse(schema, this.#context, response);
    return command.outputKeyNodes == null ? output : convertAttributes(output, command.outputKeyNodes, toNative);
  }
}

function toNative(value: unknown): unknown {
  return convertToNative(value as Parameters<typeof convertToNative>[0]);
}

function schemaOf({ schema, clientCommand }: Command): OperationSchema {
  const described = clientCommand?.schema ?? schema;
  if (described === undefined) {
    throw new TypeError('a command without a schema cannot be called directly');
  }
  const known = schemas.get(described);
  if (known !== undefined) {
    return known;
  }
  const [, namespace, name, traits, input, output] = described;
  const made = operation(namespace, name, traits, input, output);
  schemas.set(described, made);
  return made;
}

/** The token of a further attempt, after its delay; undefined where there is none. */
async function renewed(
  strategy: RetryStrategyV2,
  token: Parameters<RetryStrategyV2['recordSuccess']>[0],
  error: Error,
): Promise<typeof token | undefined> {
  const info = { error, errorType: retryErrorType(error as SdkError) } as RetryErrorInfo;
  return strategy.refreshRetryTokenForRetry(token, info).catch(() => undefined);
}

type SdkError = Parameters<typeof isThrottlingError>[0];

function retryErrorType(error: SdkError): RetryErrorType {
  if (isThrottlingError(error)) {
    return 'THROTTLING';
  }
  if (isTransientError(error)) {
    return 'TRANSIENT';
  }
  return isServerError(error) ? 'SERVER_ERROR' : 'CLIENT_ERROR';
}

function pause(ms: number): Promise<void> | undefined {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined;
}
