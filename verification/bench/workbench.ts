import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { EmbeddedStack } from '../../embedded/stack.ts';
import { awsConnectionFrom, clientSettings, orderSagaArn } from '../invariants/reader/aws-connection.ts';
import { Stocker } from '../stack/stocker.ts';
import { AwsCalls } from './aws-calls.ts';
import type { OrderRun } from './closed-loop.ts';
import { type Basket, basketsOf } from './customer-order.ts';
import { JsonConnection } from './json-connection.ts';
import { OrderEndWatch } from './order-end-watch.ts';
import { overHttp, throughStepFunctions, withoutStepFunctions } from './order-runs.ts';
import type { OtherEndpoint } from './other-endpoint.ts';
import { PlainSaga } from './plain-saga.ts';

const STAGE = 'dev';
const ORDERS_TABLE = `orders-${STAGE}`;
const ITEMS = 16;
const PIECES = 1_000_000;

/** One stack with stocked shelves, and the ways in which orders are taken to their end on it. */
export class Workbench {
  readonly basket: () => Basket;
  readonly dynamodb: AwsCalls;
  readonly #urls: EmbeddedStack['urls'];
  readonly #http: JsonConnection;
  readonly #lambda: AwsCalls;
  readonly #states: AwsCalls;
  readonly #watch: OrderEndWatch;
  readonly #others: AwsCalls[] = [];

  constructor(urls: EmbeddedStack['urls'], items: readonly string[]) {
    this.#urls = urls;
    this.basket = basketsOf(items);
    this.#http = new JsonConnection(urls.http);
    this.dynamodb = new AwsCalls(urls.dynamodb);
    this.#lambda = new AwsCalls(urls.lambda);
    this.#states = new AwsCalls(urls.endpoint);
    this.#watch = new OrderEndWatch(this.dynamodb, ORDERS_TABLE);
  }

  /** Over the HTTP API. */
  overHttp(): OrderRun {
    return overHttp(this.#http, this.#watch, this.basket);
  }

  /** Step Functions alone, started directly. */
  throughStepFunctions(): OrderRun {
    return throughStepFunctions({
      dynamodb: this.dynamodb,
      ordersTable: ORDERS_TABLE,
      basket: this.basket,
      states: this.#states,
      stateMachineArn: sagaArn(),
      watch: this.#watch,
    });
  }

  /** The same calls in a plain loop. */
  withoutStepFunctions(): OrderRun {
    const saga = new PlainSaga({ lambda: this.#lambda, dynamodb: this.dynamodb, stage: STAGE });
    return withoutStepFunctions({ dynamodb: this.dynamodb, ordersTable: ORDERS_TABLE, basket: this.basket, saga });
  }

  /**
   * The same machine at another Step Functions endpoint: where the order saga is deployed there, with that endpoint's own
   * tables and functions; where it is not, it is created, and the endpoint must be set up to call this stack's functions and
   * DynamoDB.
   */
  async at({ url, stage, inventory, isDeployed }: OtherEndpoint): Promise<OrderRun> {
    const states = new AwsCalls(url);
    this.#others.push(states);
    if (!isDeployed) {
      await this.#createMachine(states);
    }
    const ordersTable = isDeployed ? `orders-${stage}` : ORDERS_TABLE;
    const dynamodb = isDeployed ? states : this.dynamodb;
    return throughStepFunctions({
      dynamodb,
      ordersTable,
      basket: inventory === undefined ? this.basket : basketsOf(await stockShelves(inventory)),
      states,
      stateMachineArn: sagaArn(isDeployed ? stage : STAGE),
      watch: isDeployed ? new OrderEndWatch(dynamodb, ordersTable) : this.#watch,
    });
  }

  /** The id of an order that is confirmed, taken to its end for this. */
  async confirmedOrder(): Promise<string> {
    const before = this.basket;
    const reply = await this.#http.post('/orders/place', {}, { list: before(), payment: { method: 'tok_visa' } });
    const { order_id } = (reply.body as { readonly data: { readonly order_id: string } }).data;
    await this.#watch.confirmed(order_id);
    return order_id;
  }

  /** Ends the connections. */
  close(): void {
    for (const connection of [this.#http, this.dynamodb, this.#lambda, this.#states, ...this.#others]) {
      connection.close();
    }
  }

  async #createMachine(states: AwsCalls): Promise<void> {
    const own = new SFNClient(clientSettings(awsConnectionFrom({ AWS_ENDPOINT_URL: this.#urls.endpoint })));
    const { name, definition, roleArn } = await own.send(
      new DescribeStateMachineCommand({ stateMachineArn: sagaArn() }),
    );
    own.destroy();
    await states.call('states', 'CreateStateMachine', { name, definition, roleArn, type: 'STANDARD' });
  }
}

/** Items of the benchmark's own with plenty of stock; answers their ids. */
export async function stockShelves(inventory: string): Promise<readonly string[]> {
  const stocker = new Stocker(inventory);
  try {
    return await Promise.all(
      Array.from({ length: ITEMS }, (_, index) => stocker.create(`benchmark ${index + 1}`, 250, PIECES)),
    );
  } finally {
    stocker.close();
  }
}

function sagaArn(stage = STAGE): string {
  return orderSagaArn({ region: 'us-east-1', account: '000000000000', stage });
}
