import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { failedCondition, WITH_ROW_ON_FAILURE } from '../../common/failed-condition.ts';

const chargeRow = z.object({
  state: z.enum(['UNANSWERED', 'AUTHORIZED', 'DECLINED', 'CAPTURED', 'VOIDED', 'REFUNDED']),
  reference: z.string(),
  amount_minor: z.int(),
  currency: z.string(),
  decline_reason: z.enum(['PAYMENT_DECLINED', 'INSUFFICIENT_FUNDS', 'INVALID_PAYMENT_METHOD']).optional(),
  /** How often the provider was asked to authorize and gave no answer. */
  tries: z.int().default(0),
  /** How often money was taken, and given back; for checks that it was once at most. */
  captures: z.int().default(0),
  refunds: z.int().default(0),
});

/** A row of the simulated provider's ledger. */
export type ChargeRow = Readonly<z.output<typeof chargeRow>>;

/** What a new charge begins with. */
export type NewCharge = Pick<ChargeRow, 'state' | 'reference' | 'amount_minor' | 'currency' | 'decline_reason'>;

/** What became of a write: the row as it is after it, written or not. Undefined where there is none. */
export interface Entry {
  readonly written: boolean;
  readonly row: ChargeRow | undefined;
}

/**
 * The simulated provider's own memory, apart from the payments that this service remembers: what was charged stays
 * charged when this service dies before it hears of it. Its rows live in the payments table under `charge#<key>`, which
 * spares a deployment a table that only tests and demos have a use for; nothing but the simulated provider reads them.
 */
export class ChargeLedger {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(documents: DynamoDBDocumentClient, paymentsTable: string) {
    this.#documents = documents;
    this.#table = paymentsTable;
  }

  async find(key: string, signal: AbortSignal): Promise<ChargeRow | undefined> {
    const command = new GetCommand({ TableName: this.#table, Key: { order_id: rowKey(key) }, ConsistentRead: true });
    const { Item: row } = await this.#documents.send(command, { abortSignal: signal });
    return row === undefined ? undefined : chargeRow.parse(row);
  }

  /** Writes a charge where there is none, or over the one that was never answered, if that is how it still is. */
  async open(key: string, charge: NewCharge, earlier: ChargeRow | undefined, signal: AbortSignal): Promise<Entry> {
    const declined = charge.decline_reason !== undefined;
    return this.#update(
      {
        Key: { order_id: rowKey(key) },
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
  }

  /** Moves a charge from one state to the next, if it is in the one. */
  async move(key: string, from: ChargeRow['state'], to: ChargeRow['state'], signal: AbortSignal): Promise<Entry> {
    const count = to === 'CAPTURED' ? ' ADD captures :one' : to === 'REFUNDED' ? ' ADD refunds :one' : '';
    return this.#update(
      {
        Key: { order_id: rowKey(key) },
        UpdateExpression: `SET #state = :to${count}`,
        ConditionExpression: '#state = :from',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':from': from, ':to': to, ...(count === '' ? {} : { ':one': 1 }) },
      },
      signal,
    );
  }

  async #update(
    update: Omit<ConstructorParameters<typeof UpdateCommand>[0], 'TableName'>,
    signal: AbortSignal,
  ): Promise<Entry> {
    const answers = { ReturnValues: 'ALL_NEW', ...WITH_ROW_ON_FAILURE } as const;
    const command = new UpdateCommand({ TableName: this.#table, ...update, ...answers });
    try {
      const { Attributes: row } = await this.#documents.send(command, { abortSignal: signal });
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
function rowKey(key: string): string {
  return `charge#${key}`;
}
