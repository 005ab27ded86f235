import { unmarshall } from '@aws-sdk/util-dynamodb';
import { KEYS_TO_READ } from '../../functions/common/spread-key.ts';
import { type OrderSnapshot, orderRow } from '../invariants/snapshot.ts';
import { type Attribute, applyUpdate, conditionHolds, type Item, type Placeholders } from './dynamodb-expression.ts';
import { type WriteExpressions, type WriteWeakness, writeKey } from './weaknesses/write-weaknesses.ts';

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

type WriteRequest = ConditionalRequest & WriteExpressions & { readonly Key?: Item };

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

/** Looks out for writes that some weaknesses would change. */
export interface WeaknessProbe {
  readonly weaknesses: readonly WriteWeakness[];
  readonly onReached: (weakness: WriteWeakness) => void;
}

/** An in-memory model of the orders table. */
export class ModelOrders {
  readonly #items = new Map<string, Item>();
  readonly #weakness: WriteWeakness | undefined;
  readonly #probed: ReadonlyMap<string, readonly WriteWeakness[]>;
  readonly #onReached: WeaknessProbe['onReached'] | undefined;

  /** @param weakness a write to make without one of its members */
  constructor(weakness?: WriteWeakness, probe?: WeaknessProbe) {
    this.#weakness = weakness;
    this.#probed = Map.groupBy(probe?.weaknesses ?? [], ({ intact }) => writeKey(intact));
    this.#onReached = probe?.onReached;
  }

  find(orderId: string): Item | undefined {
    return this.#items.get(orderId);
  }

  /** @throws {ConditionalCheckFailed} as all writes do */
  put(item: Item, request: ConditionalRequest): void {
    const orderId = String(item.order_id?.S);
    this.#check(orderId, this.#weakened(orderId, request));
    this.#items.set(orderId, item);
  }

  /** @returns the new item */
  update(request: UpdateRequest): Item {
    const orderId = String(request.Key.order_id?.S);
    const made = this.#weakened(orderId, request);
    this.#check(orderId, made);
    const before = this.#items.get(orderId) ?? request.Key;
    try {
      const after = applyUpdate(made.UpdateExpression, before, placeholdersOf(request));
      this.#items.set(orderId, after);
      return after;
    } catch (error) {
      throw new InvalidUpdate(String(error));
    }
  }

  /** @returns the former item */
  delete(orderId: string, request: ConditionalRequest): Item | undefined {
    this.#check(orderId, this.#weakened(orderId, request));
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

  /** Ids of orders whose saga had to write again by an ISO time, and has not. */
  sagaDue(until: string): readonly string[] {
    return [...this.#items.keys()].filter(
      (orderId) =>
        KEYS_TO_READ.some((key) => key === this.read(orderId, 'saga_due')) &&
        (this.read(orderId, 'saga_due_at') ?? '') <= until,
    );
  }

  /** All records, read as the tables of a stack are. */
  orders(): readonly OrderSnapshot[] {
    return [...this.#items.values()].map(snapshotOf);
  }

  /** The request as the weakness of this simulation changes it. */
  #weakened<Request extends WriteRequest>(orderId: string, request: Request): Request {
    const key = writeKey(request);
    const probed = this.#probed.get(key) ?? [];
    if (probed.length > 0) {
      const before = this.#items.get(orderId);
      const intact = outcomeOf(request, request, before);
      for (const weakness of probed) {
        if (outcomeOf(weakness.weakened, request, before) !== intact) {
          this.#onReached?.(weakness);
        }
      }
    }
    const { intact, weakened } = this.#weakness ?? {};
    return intact !== undefined && writeKey(intact) === key ? { ...request, ...weakened } : request;
  }

  #check(orderId: string, request: ConditionalRequest): void {
    const item = this.#items.get(orderId);
    if (!isAllowed(request.ConditionExpression, item, placeholdersOf(request))) {
      throw new ConditionalCheckFailed(item);
    }
  }
}

const snapshots = new WeakMap<Item, OrderSnapshot>();

/** Items are immutable, so each is read once. */
function snapshotOf(item: Item): OrderSnapshot {
  const known = snapshots.get(item) ?? orderRow.parse(unmarshall(item as unknown as Parameters<typeof unmarshall>[0]));
  snapshots.set(item, known);
  return known;
}

function isAllowed(condition: string | undefined, item: Item | undefined, placeholders: Placeholders): boolean {
  return condition === undefined || conditionHolds(condition, item ?? {}, placeholders);
}

/** What a write does to a record, as a text to compare. */
function outcomeOf(
  { ConditionExpression, UpdateExpression }: WriteExpressions,
  request: WriteRequest,
  before: Item | undefined,
): string {
  const placeholders = placeholdersOf(request);
  if (!isAllowed(ConditionExpression, before, placeholders)) {
    return 'refused';
  }
  if (UpdateExpression === undefined) {
    return 'allowed';
  }
  try {
    return JSON.stringify(applyUpdate(UpdateExpression, before ?? request.Key ?? {}, placeholders));
  } catch (error) {
    return String(error);
  }
}

function placeholdersOf(request: ConditionalRequest): Placeholders {
  return { names: request.ExpressionAttributeNames ?? {}, values: request.ExpressionAttributeValues ?? {} };
}
