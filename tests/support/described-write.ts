import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { spreadKey } from '../../functions/common/spread-key.ts';
import type { OrderTable } from '../../functions/orders/order-table.ts';
import { readOrderSaga } from '../../statemachines/read-order-saga.ts';

const { States } = readOrderSaga().definition;

/**
 * Makes the write of a state of the saga on a real table, with the state machine's own expressions and constants.
 *
 * @param values what the saga would compute, by placeholder; a text that is left out becomes `computed`
 * @returns false if the condition of the write fails
 */
export async function makeWriteOf(
  state: string,
  { client, name }: OrderTable,
  orderId: string,
  values: Readonly<Record<string, unknown>> = {},
): Promise<boolean> {
  const described = States[state]?.Arguments;
  if (described?.UpdateExpression === undefined) {
    throw new Error(`the saga has no write ${state}`);
  }
  const { UpdateExpression, ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = described;
  const constants = Object.entries(ExpressionAttributeValues ?? {}).flatMap(([placeholder, { S, M }]) => {
    if (S === undefined) {
      return M === undefined ? [] : [[placeholder, {}] as const];
    }
    const computed = placeholder === ':due_key' ? spreadKey(orderId) : 'computed';
    return [[placeholder, S.startsWith('{%') ? computed : S] as const];
  });
  try {
    await client.send(
      new UpdateCommand({
        TableName: name,
        Key: { order_id: orderId },
        UpdateExpression,
        ConditionExpression,
        ExpressionAttributeNames,
        ExpressionAttributeValues: { ...Object.fromEntries(constants), ':at': 'now', ':entry': [], ...values },
      }),
    );
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) {
      throw error;
    }
    return false;
  }
}
