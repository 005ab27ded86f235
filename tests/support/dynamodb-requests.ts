import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** The requests that a client makes from now on, by command, repetitions included. */
export function requestsOf(dynamoDb: DynamoDBClient): readonly string[] {
  const requests: string[] = [];
  dynamoDb.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        requests.push(String(commandName));
        return next(args);
      },
    { step: 'deserialize', name: 'count requests' },
  );
  return requests;
}
