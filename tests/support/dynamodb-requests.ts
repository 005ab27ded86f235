import type { BatchGetItemCommandInput, DynamoDBClient, GetItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Records the requests of a client from now on, by command and including retries. */
export function requestsOf(dynamoDb: DynamoDBClient): readonly string[] {
  const requests: string[] = [];
  dynamoDb.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        requests.push(String(commandName));
        return next(args);
      },
    { step: 'deserialize', name: 'record requests' },
  );
  return requests;
}

/** Records from now on, for each table that a client reads by key, whether the read was strongly consistent. */
export function readsByKeyOf(
  dynamoDb: DynamoDBClient,
): readonly { readonly table: string; readonly isConsistent: boolean }[] {
  const reads: { readonly table: string; readonly isConsistent: boolean }[] = [];
  dynamoDb.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === 'GetItemCommand') {
          const { TableName, ConsistentRead } = args.input as GetItemCommandInput;
          reads.push({ table: String(TableName), isConsistent: ConsistentRead === true });
        } else if (commandName === 'BatchGetItemCommand') {
          const { RequestItems = {} } = args.input as BatchGetItemCommandInput;
          for (const [table, { ConsistentRead }] of Object.entries(RequestItems)) {
            reads.push({ table, isConsistent: ConsistentRead === true });
          }
        }
        return next(args);
      },
    { step: 'initialize', name: 'record reads by key' },
  );
  return reads;
}

/**
 * Runs the action once, just before the client sends its next request of this command, such as `UpdateItemCommand`. So
 * another writer comes first. The action may use the same client.
 */
export function interpose(client: DynamoDBDocumentClient, command: string, action: () => Promise<unknown>): void {
  let isPending = true;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (isPending && commandName === command) {
          isPending = false;
          await action();
        }
        return next(args);
      },
    { step: 'initialize', name: 'another writer', override: true },
  );
}

/** DynamoDB under load: it reads none of the keys of the client's next BatchGetItem, and leaves them to a later one. */
export function readNothingOnce(dynamoDb: DynamoDBClient): void {
  let isPending = true;
  dynamoDb.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        if (!isPending || commandName !== 'BatchGetItemCommand') {
          return answer;
        }
        isPending = false;
        const { RequestItems } = args.input as BatchGetItemCommandInput;
        const output = { ...answer.output, Responses: {}, UnprocessedKeys: RequestItems ?? {} };
        return { ...answer, output };
      },
    { step: 'initialize', name: 'nothing read', priority: 'high', override: true },
  );
}

/** Which reply gets lost, and what follows. */
export interface LostReply {
  /** Counts only requests of this command; all requests if unset. */
  readonly command?: string;
  /** The number of the request whose reply is lost, from 1. */
  readonly request: number;
  /** Whether DynamoDB is unreachable after that. */
  readonly thenUnreachable: boolean;
}

/**
 * Loses one reply: DynamoDB carries the request out, but the client sees a reset connection and sends the request again.
 *
 * @returns a function that makes DynamoDB reachable again
 */
export function loseReply(dynamoDb: DynamoDBClient, { command, request, thenUnreachable }: LostReply): () => void {
  let requests = 0;
  let unreachable = false;
  dynamoDb.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (unreachable) {
          throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
        }
        const answer = await next(args);
        if (command !== undefined && commandName !== command) {
          return answer;
        }
        requests++;
        if (requests !== request) {
          return answer;
        }
        unreachable = thenUnreachable;
        throw Object.assign(new Error('connection reset'), { code: 'ECONNRESET' });
      },
    { step: 'deserialize', name: 'lost reply', priority: 'high' },
  );
  return () => {
    unreachable = false;
  };
}
