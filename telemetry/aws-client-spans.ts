import type { SpanAttributes } from './attributes.ts';
import { ATTRIBUTES } from './attributes.ts';
import { isTracingOn, traced } from './tracing.ts';

/** The part of a client of the AWS SDK that takes middleware. */
interface AwsClient {
  readonly middlewareStack: {
    add: (middleware: AwsMiddleware, options: { readonly step: 'initialize'; readonly name: string }) => void;
  };
}

type AwsHandler = (call: { readonly input: object }) => Promise<AwsReply>;
type AwsMiddleware = (next: AwsHandler, context: { readonly commandName?: string }) => AwsHandler;

interface AwsReply {
  readonly output: { readonly $metadata?: { readonly requestId?: string | undefined } };
  readonly response: unknown;
}

/** Outcomes of conditional writes, that their callers ask for. */
const EXPECTED_ERRORS: ReadonlySet<string> = new Set([
  'ConditionalCheckFailedException',
  'TransactionCanceledException',
  'ExecutionAlreadyExists',
]);

/** Makes a span of each call of a client, with all its attempts, where spans are exported. Returns the client. */
export function traceAwsCalls<Client extends { readonly middlewareStack: unknown }>(
  service: 'DynamoDB' | 'SFN',
  client: Client,
): Client {
  if (isTracingOn()) {
    (client as Client & AwsClient).middlewareStack.add(middlewareFor(service), { step: 'initialize', name: 'spans' });
  }
  return client;
}

function middlewareFor(service: 'DynamoDB' | 'SFN'): AwsMiddleware {
  return (next, { commandName = 'Command' }) => {
    const operation = commandName.replace(/Command$/, '');
    return (call) => {
      const tables = service === 'DynamoDB' ? tablesOf(call.input) : [];
      const name = service === 'DynamoDB' ? [operation, ...tables.slice(0, 1)].join(' ') : `SFN.${operation}`;
      const attributes =
        service === 'DynamoDB' ? databaseCall(operation, tables) : stepFunctionsCall(operation, call.input);
      return traced({ name, kind: 'CLIENT', onlyAsChild: true, attributes }, async (span) => {
        try {
          const reply = await next(call);
          span.set({ [ATTRIBUTES.AWS_REQUEST_ID]: reply.output.$metadata?.requestId });
          return reply;
        } catch (error) {
          const type = error instanceof Error ? error.name : typeof error;
          span.fail(type, !EXPECTED_ERRORS.has(type));
          throw error;
        }
      });
    };
  };
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
