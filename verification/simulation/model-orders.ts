import type { OrderSnapshot } from '../invariants/snapshot.ts';
import { type Attribute, applyUpdate, conditionHolds, type Item, type Placeholders } from './dynamodb-expression.ts';
import { type Mutation, mutatedCondition } from './service-mutations.ts';

/** The condition of a write; values in DynamoDB's JSON. */
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

/** Thrown when the condition of a write is not met. */
export class ConditionalCheckFailed extends Error {
  override readonly name = 'DynamoDB.ConditionalCheckFailedException';
  /** The item that did not meet it. */
  readonly item: Item | undefined;

  constructor(item: Item | undefined) {
    super('The conditional request failed');
    this.item = item;
  }
}

/** Thrown when an update reads a missing attribute, which DynamoDB answers with ValidationException. */
export class InvalidUpdate extends Error {
  override readonly name = 'DynamoDB.AmazonDynamoDBException';
}

/** An in-memory model of the orders table. */
export class ModelOrders {
  readonly #items = new Map<string, Item>();
  readonly #mutations: ReadonlySet<Mutation>;

  constructor(mutations: ReadonlySet<Mutation>) {
    this.#mutations = mutations;
  }

  find(orderId: string): Item | undefined {
    return this.#items.get(orderId);
  }

  /** @throws {ConditionalCheckFailed} as all writes do */
  put(item: Item, request: ConditionalRequest): void {
    const orderId = String(item.order_id?.S);
    this.#check(orderId, request);
    this.#items.set(orderId, item);
  }

  /** @returns the new item */
  update(request: UpdateRequest): Item {
    const orderId = String(request.Key.order_id?.S);
    this.#check(orderId, request);
    const before = this.#items.get(orderId) ?? request.Key;
    try {
      const after = applyUpdate(request.UpdateExpression, before, placeholdersOf(request));
      this.#items.set(orderId, after);
      return after;
    } catch (error) {
      throw new InvalidUpdate(String(error));
    }
  }

  /** @returns the former item */
  delete(orderId: string, request: ConditionalRequest): Item | undefined {
    this.#check(orderId, request);
    const before = this.#items.get(orderId);
    this.#items.delete(orderId);
    return before;
  }

  /** An attribute's value without its type; undefined if absent. */
  read(orderId: string, attribute: string): string | undefined {
    const value = Object.values(this.#items.get(orderId)?.[attribute] ?? {})[0];
    return typeof value === 'string' ? value : undefined;
  }

  /** Ids of orders created before an ISO time whose start is still pending. */
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
    const ConditionExpression = mutatedCondition(request.ConditionExpression, this.#mutations);
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
