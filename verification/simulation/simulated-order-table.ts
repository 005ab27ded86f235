import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { OrderTable } from '../../functions/orders/order-table.ts';
import type { Item } from './dynamodb-expression.ts';
import { ConditionalCheckFailed, type ConditionalRequest, type ModelOrders } from './model-orders.ts';
import { atOnce } from './operation.ts';
import type { Reach } from './reach.ts';

/**
 * The orders table as the functions know it: their own requests, with their own conditions, on the model.
 *
 * @param reach how its client gets to the table
 */
export function simulatedOrderTable(orders: ModelOrders, reach: Reach): OrderTable {
  const send = (command: unknown) =>
    reach('orders', () => atOnce(() => answerOf(command, orders))).catch((error: unknown) => {
      throw error instanceof ConditionalCheckFailed ? conditionFailed(error) : error;
    });
  // The functions use a client's `send` and nothing else of it.
  return { client: { send } as unknown as DynamoDBDocumentClient, name: 'orders' };
}

function answerOf(command: unknown, orders: ModelOrders) {
  if (command instanceof GetCommand) {
    return { Item: plain(orders.find(idOf(command.input.Key))) };
  }
  if (command instanceof PutCommand) {
    return orders.put(stored(command.input.Item), conditionOf(command.input));
  }
  if (command instanceof UpdateCommand) {
    const { Key, UpdateExpression = '' } = command.input;
    return { Attributes: plain(orders.update({ ...conditionOf(command.input), Key: stored(Key), UpdateExpression })) };
  }
  if (command instanceof DeleteCommand) {
    return { Attributes: plain(orders.delete(idOf(command.input.Key), conditionOf(command.input))) };
  }
  throw new Error('the functions send the orders table something that the simulation does not know');
}

type NativeCondition = Pick<
  UpdateCommand['input'],
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

function conditionOf(input: NativeCondition): ConditionalRequest {
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues = {} } = input;
  return {
    ConditionExpression,
    ExpressionAttributeNames,
    ExpressionAttributeValues: stored(ExpressionAttributeValues),
  };
}

function idOf(key: Readonly<Record<string, unknown>> | undefined): string {
  return String(key?.order_id);
}

function stored(native: Readonly<Record<string, unknown>> | undefined): Item {
  return marshall(native ?? {}, { removeUndefinedValues: true }) as unknown as Item;
}

const plainItems = new WeakMap<Item, Readonly<Record<string, unknown>>>();

/** An item in the functions' own form. Items are never changed in place, so that each has to be turned once. */
function plain(item: Item | undefined): Readonly<Record<string, unknown>> | undefined {
  if (item === undefined) {
    return undefined;
  }
  const known = plainItems.get(item) ?? unmarshall(item as unknown as Parameters<typeof unmarshall>[0]);
  plainItems.set(item, known);
  return known;
}

function conditionFailed({ message, item }: ConditionalCheckFailed): ConditionalCheckFailedException {
  const Item = item as unknown as ConditionalCheckFailedException['Item'];
  return new ConditionalCheckFailedException({ message, $metadata: {}, ...(Item === undefined ? {} : { Item }) });
}
