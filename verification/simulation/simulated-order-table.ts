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
import { atomically } from './simulated-call.ts';
import type { Transport } from './transport.ts';

/**
 * The orders table for the functions: their own requests and conditions, executed on the model.
 *
 * @param transport how the client reaches the table
 */
export function simulatedOrderTable(orders: ModelOrders, transport: Transport): OrderTable {
  const send = (command: unknown) =>
    transport('orders', () => atomically(() => execute(command, orders))).catch((error: unknown) => {
      throw error instanceof ConditionalCheckFailed ? conditionFailed(error) : error;
    });
  // The functions use only `send` of a client.
  return { client: { send } as unknown as DynamoDBDocumentClient, name: 'orders' };
}

function execute(command: unknown, orders: ModelOrders) {
  if (command instanceof GetCommand) {
    return { Item: toNative(orders.find(orderIdOf(command.input.Key))) };
  }
  if (command instanceof PutCommand) {
    return orders.put(toAttributes(command.input.Item), conditionOf(command.input));
  }
  if (command instanceof UpdateCommand) {
    const { Key, UpdateExpression = '' } = command.input;
    return {
      Attributes: toNative(orders.update({ ...conditionOf(command.input), Key: toAttributes(Key), UpdateExpression })),
    };
  }
  if (command instanceof DeleteCommand) {
    return { Attributes: toNative(orders.delete(orderIdOf(command.input.Key), conditionOf(command.input))) };
  }
  throw new Error('the simulation does not support this command of the orders table');
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
    ExpressionAttributeValues: toAttributes(ExpressionAttributeValues),
  };
}

function orderIdOf(key: Readonly<Record<string, unknown>> | undefined): string {
  return String(key?.order_id);
}

function toAttributes(native: Readonly<Record<string, unknown>> | undefined): Item {
  return marshall(native ?? {}, { removeUndefinedValues: true }) as unknown as Item;
}

const nativeItems = new WeakMap<Item, Readonly<Record<string, unknown>>>();

/** Converts an item to native JavaScript. Items are immutable, so each is converted once. */
function toNative(item: Item | undefined): Readonly<Record<string, unknown>> | undefined {
  if (item === undefined) {
    return undefined;
  }
  const known = nativeItems.get(item) ?? unmarshall(item as unknown as Parameters<typeof unmarshall>[0]);
  nativeItems.set(item, known);
  return known;
}

function conditionFailed({ message, item }: ConditionalCheckFailed): ConditionalCheckFailedException {
  const Item = item as unknown as ConditionalCheckFailedException['Item'];
  return new ConditionalCheckFailedException({ message, $metadata: {}, ...(Item === undefined ? {} : { Item }) });
}
