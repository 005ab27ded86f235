import type { OrderSnapshot } from '../invariants/snapshot.ts';
import { type Attribute, conditionHolds, type Item, type Placeholders, updated } from './dynamodb-expression.ts';
import { type Weakness, weakenedCondition } from './weakness.ts';

/** What a write asks for; every value in DynamoDB's own JSON. */
export interface ConditionalRequest {
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, Attribute>> | undefined;
}

/** The arguments of a `dynamodb:updateItem` task. */
export interface UpdateRequest extends ConditionalRequest {
  readonly Key: Readonly<Record<string, Attribute>>;
  readonly UpdateExpression: string;
}

/** DynamoDB's refusal of a condition. */
export class ConditionalCheckFailed extends Error {
  override readonly name = 'DynamoDB.ConditionalCheckFailedException';
  /** The record that failed it. */
  readonly item: Item | undefined;

  constructor(item: Item | undefined) {
    super('The conditional request failed');
    this.item = item;
  }
}

/** DynamoDB's ValidationException: an update reads an attribute that is not there. */
export class InvalidUpdate extends Error {
  override readonly name = 'DynamoDB.AmazonDynamoDBException';
}

/** The orders table in memory. */
export class ModelOrders {
  readonly #items = new Map<string, Item>();
  readonly #weaknesses: ReadonlySet<Weakness>;

  constructor(weaknesses: ReadonlySet<Weakness>) {
    this.#weaknesses = weaknesses;
  }

  find(orderId: string): Item | undefined {
    return this.#items.get(orderId);
  }

  /** @throws ConditionalCheckFailed, as all writes do */
  put(item: Item, request: ConditionalRequest): void {
    const orderId = String(item.order_id?.S);
    this.#check(orderId, request);
    this.#items.set(orderId, item);
  }

  /** @returns the item as it is then */
  update(request: UpdateRequest): Item {
    const orderId = String(request.Key.order_id?.S);
    this.#check(orderId, request);
    const before = this.#items.get(orderId) ?? request.Key;
    try {
      const after = updated(request.UpdateExpression, before, placeholdersOf(request));
      this.#items.set(orderId, after);
      return after;
    } catch (error) {
      throw new InvalidUpdate(String(error));
    }
  }

  /** @returns the item as it was */
  delete(orderId: string, request: ConditionalRequest): Item | undefined {
    this.#check(orderId, request);
    const before = this.#items.get(orderId);
    this.#items.delete(orderId);
    return before;
  }

  /** An attribute's value without its type; undefined where it is absent. */
  read(orderId: string, attribute: string): string | undefined {
    const value = Object.values(this.#items.get(orderId)?.[attribute] ?? {})[0];
    return typeof value === 'string' ? value : undefined;
  }

  /** Ids of orders that were created before a time and that no saga has written to. */
  startPending(createdBefore: string): readonly string[] {
    return [...this.#items.keys()].filter(
      (orderId) =>
        this.read(orderId, 'start_pending') === 'Y' && (this.read(orderId, 'created_at') ?? '') < createdBefore,
    );
  }

  orders(): readonly OrderSnapshot[] {
    return [...this.#items.keys()].map((order_id) => {
      const amount = this.read(order_id, 'amount_minor');
      const currency = this.read(order_id, 'currency');
      const due = this.read(order_id, 'payment_due_at');
      return {
        order_id,
        status: this.read(order_id, 'status') as OrderSnapshot['status'],
        lines: [],
        created_at: this.read(order_id, 'created_at') ?? '',
        timeline: [],
        ...(amount === undefined ? {} : { amount_minor: Number(amount) }),
        ...(currency === undefined ? {} : { currency }),
        ...(due === undefined ? {} : { payment_due_at: due }),
      };
    });
  }

  #check(orderId: string, request: ConditionalRequest): void {
    const ConditionExpression = weakenedCondition(request.ConditionExpression, this.#weaknesses);
    const item = this.#items.get(orderId);
    if (ConditionExpression === undefined || conditionHolds(ConditionExpression, item ?? {}, placeholdersOf(request))) {
      return;
    }
    throw new ConditionalCheckFailed(item);
  }
}

function placeholdersOf(request: ConditionalRequest): Placeholders {
  return { names: request.ExpressionAttributeNames ?? {}, values: request.ExpressionAttributeValues ?? {} };
}
