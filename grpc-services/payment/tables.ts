import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/**
 * One row an order, and the simulated provider's ledger under `charge#<key>`. The index finds payments whose charge must
 * be looked at once more; only these have its attributes.
 */
export const paymentsTable: Omit<CreateTableCommandInput, 'TableName'> = {
  KeySchema: [{ AttributeName: 'order_id', KeyType: 'HASH' }],
  AttributeDefinitions: [
    { AttributeName: 'order_id', AttributeType: 'S' },
    { AttributeName: 'recheck_bucket', AttributeType: 'S' },
    { AttributeName: 'recheck_at', AttributeType: 'N' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'due-for-recheck',
      KeySchema: [
        { AttributeName: 'recheck_bucket', KeyType: 'HASH' },
        { AttributeName: 'recheck_at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
};
