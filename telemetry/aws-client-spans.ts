import type { SpanAttributes } from './attributes.ts';
import { ATTRIBUTES } from './attributes.ts';
import { isTracingOn, traced } from './tracing.ts';

/** The part of a client of the AWS SDK that makes a call. */
interface AwsClient {
  send: (command: AwsCommand, ...rest: readonly unknown[]) => Promise<AwsReply>;
}

/** A command of a client. That of the document client holds the client's own. */
interface AwsCommand {
  readonly input: object;
  readonly clientCommand?: AwsCommand;
  /** The third member names the operation, such as `PutItem`. */
  readonly schema?: readonly unknown[];
}

interface AwsReply {
  readonly $metadata?: { readonly requestId?: string | undefined };
}

/** Outcomes of conditional writes, that their callers ask for. */
const EXPECTED_ERRORS: ReadonlySet<string> = new Set([
  'ConditionalCheckFailedException',
  'TransactionCanceledException',
  'ExecutionAlreadyExists',
]);

/**
 * Makes a span of each call of a client, with all its attempts, where spans are exported. Returns the client. Middleware would
 * see the same, but a client with middleware takes the SDK's long way to services on this machine.
 */
export function traceAwsCalls<Client extends { readonly send: unknown }>(
  service: 'DynamoDB' | 'SFN',
  client: Client,
): Client {
  if (!isTracingOn()) {
    return client;
  }
  const { send } = client as Client & AwsClient;
  const tracedSend: AwsClient['send'] = (command, ...rest) => {
    // Who passes a callback gets no promise.
    const isCallback = rest.some((value) => typeof value === 'function');
    return isCallback
      ? send.call(client, command, ...rest)
      : tracedCall(service, command, () => send.call(client, command, ...rest));
  };
  return Object.assign(client, { send: tracedSend });
}

function tracedCall(
  service: 'DynamoDB' | 'SFN',
  command: AwsCommand,
  call: () => Promise<AwsReply>,
): Promise<AwsReply> {
  const operation = operationOf(command);
  const tables = service === 'DynamoDB' ? tablesOf(command.input) : [];
  const name = service === 'DynamoDB' ? [operation, ...tables.slice(0, 1)].join(' ') : `SFN.${operation}`;
  const attributes =
    service === 'DynamoDB' ? databaseCall(operation, tables) : stepFunctionsCall(operation, command.input);
  return traced({ name, kind: 'CLIENT', onlyAsChild: true, attributes }, async (span) => {
    try {
      const reply = await call();
      span.set({ [ATTRIBUTES.AWS_REQUEST_ID]: reply.$metadata?.requestId });
      return reply;
    } catch (error) {
      const type = error instanceof Error ? error.name : typeof error;
      span.fail(type, !EXPECTED_ERRORS.has(type));
      throw error;
    }
  });
}

function operationOf(command: AwsCommand): string {
  const own = command.clientCommand ?? command;
  return text(own.schema?.[2]) ?? own.constructor.name.replace(/Command$/, '');
}

function databaseCall(operation: string, tables: readonly string[]): SpanAttributes {
  return {
    [ATTRIBUTES.DB_SYSTEM]: 'aws.dynamodb',
    [ATTRIBUTES.DB_OPERATION]: operation,
    [ATTRIBUTES.DB_COLLECTION]: tables.length === 1 ? tables[0] : undefined,
    [ATTRIBUTES.AWS_DYNAMODB_TABLE_NAMES]: tables,
  };
}

function stepFunctionsCall(operation: string, input: object): SpanAttributes {
  return {
    [ATTRIBUTES.RPC_SYSTEM]: 'aws-api',
    [ATTRIBUTES.RPC_METHOD]: `SFN/${operation}`,
    [ATTRIBUTES.AWS_STATE_MACHINE_ARN]: text(Reflect.get(input, 'stateMachineArn')),
  };
}

/** The tables of a call, each once: of a single one, of a batch, or of a transaction. */
function tablesOf(input: object): readonly string[] {
  const single = text(Reflect.get(input, 'TableName'));
  const batch: unknown = Reflect.get(input, 'RequestItems');
  const items: unknown = Reflect.get(input, 'TransactItems');
  const transaction = Array.isArray(items) ? items.flatMap((item: unknown) => tablesOfItem(item)) : [];
  const batched = typeof batch === 'object' && batch !== null ? Object.keys(batch) : [];
  return [...new Set([...(single === undefined ? [] : [single]), ...batched, ...transaction])];
}

function tablesOfItem(item: unknown): readonly string[] {
  const actions: unknown[] = typeof item === 'object' && item !== null ? Object.values(item) : [];
  return actions.flatMap((action) =>
    typeof action === 'object' && action !== null ? (text(Reflect.get(action, 'TableName')) ?? []) : [],
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
