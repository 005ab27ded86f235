import { randomUUID } from 'node:crypto';
import { isNativeError } from 'node:util/types';
import type { Context } from 'aws-lambda';
import type { LambdaFunction } from './lambda-function.ts';

/** Lambda's limit for a synchronous response. */
const MAX_RESPONSE_BYTES = 6_291_556;

/** How an invocation ended: with the handler's result, or with the error of the function. Both are JSON text. */
export interface InvocationResult {
  readonly failed: boolean;
  readonly payload: string;
}

/** Loads the handler of a function. */
export type HandlerLoader = (definition: LambdaFunction) => Promise<Handler>;

/** A handler as Lambda calls it. Only handlers that return a promise or a value are supported. */
export type Handler = (event: unknown, context: Context) => unknown;

const handlers = new Map<string, Promise<Handler>>();

/**
 * Loads handlers from their modules, each once, as Lambda keeps an execution environment. Node, too, keeps a module, but
 * resolves its name at each import.
 */
export function loadHandler(definition: LambdaFunction): Promise<Handler> {
  const key = `${definition.exportName} ${definition.module}`;
  const known = handlers.get(key);
  if (known !== undefined) {
    return known;
  }
  const loading = importHandler(definition);
  handlers.set(key, loading);
  return loading;
}

async function importHandler({ name, module, exportName }: LambdaFunction): Promise<Handler> {
  const loaded = (await import(module)) as Readonly<Record<string, unknown>>;
  const handler = loaded[exportName];
  if (typeof handler !== 'function') {
    throw new Error(`Function ${name} has no handler: ${module} does not export ${exportName}.`);
  }
  return handler as Handler;
}

/**
 * Runs a function once, within its timeout, and answers as Lambda does: errors become a payload of `errorType`,
 * `errorMessage` and `trace`. A handler that is too late goes on unseen, because a thread cannot end one of its calls.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function invoke(
  definition: LambdaFunction,
  event: unknown,
  load: HandlerLoader,
): Promise<InvocationResult> {
  const requestId = randomUUID();
  const { timeoutSeconds } = definition;
  const deadline = performance.now() + timeoutSeconds * 1_000;
  const late = Promise.withResolvers<InvocationResult>();
  const timer = setTimeout(() => {
    const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
    late.resolve({ failed: true, payload: JSON.stringify({ errorType: 'Sandbox.Timedout', errorMessage }) });
  }, timeoutSeconds * 1_000);
  try {
    return await Promise.race([late.promise, run(definition, event, load, contextOf(definition, requestId, deadline))]);
  } finally {
    clearTimeout(timer);
  }
}

async function run(
  definition: LambdaFunction,
  event: unknown,
  load: HandlerLoader,
  context: Context,
): Promise<InvocationResult> {
  try {
    const handler = await load(definition);
    const payload = JSON.stringify((await handler(event, context)) ?? null);
    const bytes = Buffer.byteLength(payload);
    return bytes > MAX_RESPONSE_BYTES ? tooLarge(bytes) : { failed: false, payload };
  } catch (error) {
    return { failed: true, payload: JSON.stringify(errorPayload(error)) };
  }
}

function tooLarge(bytes: number): InvocationResult {
  const errorMessage = `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
  return { failed: true, payload: JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }) };
}

/** The payload of Lambda's Node runtime for a thrown value. */
function errorPayload(thrown: unknown): object {
  return isNativeError(thrown)
    ? { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') }
    : { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

function contextOf({ name, memoryMb }: LambdaFunction, awsRequestId: string, deadline: number): Context {
  return {
    awsRequestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${process.env.AWS_REGION ?? 'us-east-1'}:000000000000:function:${name}`,
    memoryLimitInMB: String(memoryMb),
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: '$LATEST',
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - performance.now())),
    done: unsupported,
    fail: unsupported,
    succeed: unsupported,
  };
}

/** Lambda's Node runtime has dropped these methods. */
function unsupported(): never {
  throw new Error('Return or throw instead: done, fail and succeed are no longer part of the Lambda context.');
}
