import type { OrderSnapshot } from '../../load/invariants/snapshot.ts';
import { type Attribute, conditionHolds, type Item, type Placeholders, updated } from './dynamodb-expression.ts';

/** The arguments of the saga's `dynamodb:updateItem` tasks. */
export interface UpdateItemArguments {
  readonly Key: Readonly<Record<string, Attribute>>;
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, Attribute>>;
}

/** DynamoDB's refusal of a condition. */
export class ConditionalCheckFailed extends Error {
  override readonly name = 'DynamoDB.ConditionalCheckFailedException';
}

/** The orders table in memory. */
export class ModelOrders {
  readonly #items = new Map<string, Item>();

  put(orderId: string, item: Item): void {
    this.#items.set(orderId, { ...item, order_id: { S: orderId } });
  }

  /** An attribute's value without its type; undefined where it is absent. */
  read(orderId: string, attribute: string): string | undefined {
    const value = Object.values(this.#items.get(orderId)?.[attribute] ?? {})[0];
    return typeof value === 'string' ? value : undefined;
  }

  /** @throws ConditionalCheckFailed */
  update(request: UpdateItemArguments): void {
    const orderId = String(request.Key.order_id?.S);
    const item = this.#items.get(orderId) ?? {};
    const placeholders: Placeholders = {
      names: request.ExpressionAttributeNames ?? {},
      values: request.ExpressionAttributeValues ?? {},
    };
    const { ConditionExpression } = request;
    if (ConditionExpression !== undefined && !conditionHolds(ConditionExpression, item, placeholders)) {
      throw new ConditionalCheckFailed('The conditional request failed');
    }
    this.#items.set(orderId, updated(request.UpdateExpression, item, placeholders));
  }

  orders(): readonly OrderSnapshot[] {
    return [...this.#items].map(([order_id, item]) => {
      const amount = this.read(order_id, 'amount_minor');
      const currency = this.read(order_id, 'currency');
      const due = this.read(order_id, 'payment_due_at');
      return {
        order_id,
        status: this.read(order_id, 'status') as OrderSnapshot['status'],
        lines: [],
        created_at: String(item.created_at?.S),
        timeline: [],
        ...(amount === undefined ? {} : { amount_minor: Number(amount) }),
        ...(currency === undefined ? {} : { currency }),
        ...(due === undefined ? {} : { payment_due_at: due }),
      };
    });
  }
}
