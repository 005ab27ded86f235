import { type DynamoDBDocumentClient, GetCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { failedCondition, WITH_ROW_ON_FAILURE } from '../../common/dynamodb-errors.ts';

const chargeRow = z.object({
  state: z.enum(['UNANSWERED', 'AUTHORIZED', 'DECLINED', 'CAPTURED', 'VOIDED', 'REFUNDED']),
  reference: z.string(),
  amount_minor: z.int(),
  currency: z.string(),
  decline_reason: z.enum(['PAYMENT_DECLINED', 'INSUFFICIENT_FUNDS', 'INVALID_PAYMENT_METHOD']).optional(),
  /** Number of authorizations that reached the ledger. */
  tries: z.int().default(0),
  /** Number of captures and of refunds. Checks assert that each is at most one. */
  captures: z.int().default(0),
  refunds: z.int().default(0),
});

/** A row of the simulated provider's ledger. */
export type ChargeRow = Readonly<z.output<typeof chargeRow>>;

/** A charge as it is first written. */
export type NewCharge = Pick<ChargeRow, 'state' | 'reference' | 'amount_minor' | 'currency' | 'decline_reason'>;

/** The outcome of a conditional write: the present row, whether it was written or not. Undefined if there is none. */
export interface LedgerEntry {
  readonly written: boolean;
  readonly row: ChargeRow | undefined;
}

/**
 * The simulated provider's own memory, separate from the payments of this service: a charge survives the death of this
 * service before it hears of it.
 *
 * The rows are in the payments table, under `charge#<key>`. A table of their own would burden every deployment with something
 * that only tests and demos use. Only the simulated provider reads these rows.
 */
export interface ChargeLedger {
  readonly find: (key: string, signal: AbortSignal) => Promise<ChargeRow | undefined>;
  /** Writes a new charge, or overwrites the given UNANSWERED one if it is unchanged. */
  readonly open: (
    key: string,
    charge: NewCharge,
    earlier: ChargeRow | undefined,
    signal: AbortSignal,
  ) => Promise<LedgerEntry>;
  /** Moves a charge to the state `to` if its state is `from`. */
  readonly move: (
    key: string,
    from: ChargeRow['state'],
    to: ChargeRow['state'],
    signal: AbortSignal,
  ) => Promise<LedgerEntry>;
}

/** The ledger in DynamoDB. */
export function createChargeLedger(documents: DynamoDBDocumentClient, paymentsTable: string): ChargeLedger {
  return {
    find: async (key, signal) => {
      const command = new GetCommand({ TableName: paymentsTable, Key: rowKey(key), ConsistentRead: true });
      const { Item: row } = await documents.send(command, { abortSignal: signal });
      return row === undefined ? undefined : chargeRow.parse(row);
    },
    open: (key, charge, earlier, signal) => {
      const declined = charge.decline_reason !== undefined;
      return update(
        {
          Key: rowKey(key),
          UpdateExpression: `SET #state = :state, #reference = :reference, amount_minor = :amount, currency = :currency${declined ? ', decline_reason = :declined' : ''} ADD tries :one`,
          ConditionExpression:
            earlier === undefined ? 'attribute_not_exists(order_id)' : '#state = :unanswered AND tries = :tries',
          ExpressionAttributeNames: { '#state': 'state', '#reference': 'reference' },
          ExpressionAttributeValues: {
            ':state': charge.state,
            ':reference': charge.reference,
            ':amount': charge.amount_minor,
            ':currency': charge.currency,
            ':one': 1,
            ...(earlier === undefined ? {} : { ':unanswered': 'UNANSWERED', ':tries': earlier.tries }),
            ...(declined ? { ':declined': charge.decline_reason } : {}),
          },
        },
        signal,
      );
    },
    move: (key, from, to, signal) => {
      const count = to === 'CAPTURED' ? ' ADD captures :one' : to === 'REFUNDED' ? ' ADD refunds :one' : '';
      return update(
        {
          Key: rowKey(key),
          UpdateExpression: `SET #state = :to${count}`,
          ConditionExpression: '#state = :from',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':from': from, ':to': to, ...(count === '' ? {} : { ':one': 1 }) },
        },
        signal,
      );
    },
  };

  async function update(input: Omit<UpdateCommandInput, 'TableName'>, signal: AbortSignal): Promise<LedgerEntry> {
    const answers = { ReturnValues: 'ALL_NEW', ...WITH_ROW_ON_FAILURE } as const;
    const command = new UpdateCommand({ TableName: paymentsTable, ...input, ...answers });
    try {
      const { Attributes: row } = await documents.send(command, { abortSignal: signal });
      return { written: true, row: chargeRow.parse(row) };
    } catch (error) {
      const failed = failedCondition(error);
      if (failed === undefined) {
        throw error;
      }
      return { written: false, row: failed.row === undefined ? undefined : chargeRow.parse(failed.row) };
    }
  }
}

/** An order id has no `#`, so a charge never collides with a payment. */
function rowKey(key: string): { readonly order_id: string } {
  return { order_id: `charge#${key}` };
}
