import { type DynamoDBDocumentClient, GetCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { failedCondition, WITH_ROW_ON_FAILURE } from '../../common/dynamodb-errors.ts';

const refundEntry = z
  .object({ refund_id: z.string(), amount_minor: z.int(), state: z.enum(['SUCCEEDED', 'DECLINED']) })
  .readonly();

const chargeRow = z.object({
  /** REFUNDED: all of it was given back. */
  state: z.enum(['UNANSWERED', 'ACTION_REQUIRED', 'AUTHORIZED', 'DECLINED', 'CAPTURED', 'VOIDED', 'REFUNDED']),
  reference: z.string(),
  amount_minor: z.int(),
  currency: z.string(),
  decline_reason: z.enum(['PAYMENT_DECLINED', 'INSUFFICIENT_FUNDS', 'INVALID_PAYMENT_METHOD']).optional(),
  /** Number of authorizations that reached the ledger. */
  tries: z.int().default(0),
  /** How often it was captured, and how often all of it was given back. Checks assert that each is at most one. */
  captures: z.int().default(0),
  refunds: z.int().default(0),
  /** The sum of the refunds that succeeded; 0 in a row of before refunds had ids. */
  refunded_minor: z.int().default(0),
  refund_log: z.array(refundEntry).readonly().default([]),
  /** How the payment method of a test makes refunds fail. */
  on_refund: z.enum(['DECLINE', 'LOSE_REPLY']).optional(),
});

/** One refund of a charge. */
export type ChargeRefundEntry = z.output<typeof refundEntry>;

/** A row of the simulated provider's ledger. */
export type ChargeRow = Readonly<z.output<typeof chargeRow>>;

/** A charge as it is first written. */
export type NewCharge = Pick<
  ChargeRow,
  'state' | 'reference' | 'amount_minor' | 'currency' | 'decline_reason' | 'on_refund'
>;

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
  /** Moves a charge to the state `to` if its state is one of `from`. */
  readonly move: (
    key: string,
    from: readonly ChargeRow['state'][],
    to: ChargeRow['state'],
    signal: AbortSignal,
  ) => Promise<LedgerEntry>;
  /** Adds a refund to the captured charge that was read. False if its refunds changed in the meantime. */
  readonly addRefund: (
    key: string,
    earlier: ChargeRow,
    refund: ChargeRefundEntry,
    signal: AbortSignal,
  ) => Promise<boolean>;
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
      const sets = ['#state = :state', '#reference = :reference', 'amount_minor = :amount', 'currency = :currency'];
      const { decline_reason, on_refund } = charge;
      if (decline_reason !== undefined) {
        sets.push('decline_reason = :declined');
      }
      if (on_refund !== undefined) {
        sets.push('on_refund = :onRefund');
      }
      return update(
        {
          Key: rowKey(key),
          UpdateExpression: `SET ${sets.join(', ')} ADD tries :one`,
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
            ...(decline_reason === undefined ? {} : { ':declined': decline_reason }),
            ...(on_refund === undefined ? {} : { ':onRefund': on_refund }),
          },
        },
        signal,
      );
    },
    move: (key, from, to, signal) => {
      const count = to === 'CAPTURED' ? ' ADD captures :one' : '';
      const allowed = from.map((state, index) => [`:from${index}`, state] as const);
      return update(
        {
          Key: rowKey(key),
          UpdateExpression: `SET #state = :to${count}`,
          ConditionExpression: `#state IN (${allowed.map(([name]) => name).join(', ')})`,
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: {
            ...Object.fromEntries(allowed),
            ':to': to,
            ...(count === '' ? {} : { ':one': 1 }),
          },
        },
        signal,
      );
    },
    addRefund: async (key, earlier, refund, signal) => {
      const refunded = earlier.refunded_minor + (refund.state === 'SUCCEEDED' ? refund.amount_minor : 0);
      const whole = refund.state === 'SUCCEEDED' && refunded === earlier.amount_minor;
      const entries = earlier.refund_log.length;
      const { written } = await update(
        {
          Key: rowKey(key),
          UpdateExpression: `SET #state = :to, refunded_minor = :refunded, refund_log = :log${whole ? ' ADD refunds :one' : ''}`,
          ConditionExpression: `#state = :from AND ${entries === 0 ? 'attribute_not_exists(refund_log)' : 'size(refund_log) = :entries'}`,
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: {
            ':from': earlier.state,
            ':to': whole ? 'REFUNDED' : earlier.state,
            ':refunded': refunded,
            ':log': [...earlier.refund_log, refund],
            ...(entries === 0 ? {} : { ':entries': entries }),
            ...(whole ? { ':one': 1 } : {}),
          },
        },
        signal,
      );
      return written;
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
