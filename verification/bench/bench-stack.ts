import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { EmbeddedStack } from '../../embedded/stack.ts';
import { KeepAliveTransport } from '../client/http-transport.ts';
import { OrderApiClient } from '../client/order-api-client.ts';
import { awsConnectionFrom, clientSettings, orderSagaArn } from '../invariants/reader/aws-connection.ts';
import { RestockClient } from '../stack/restock-client.ts';
import { AwsCalls } from './aws-calls.ts';
import type { OrderRun } from './closed-loop.ts';
import { OrderEndWatch } from './order-end-watch.ts';
import {
  type Basket,
  basketsOf,
  overHttp,
  placeBody,
  throughStepFunctions,
  withoutStepFunctions,
} from './order-runs.ts';
import type { OtherEndpoint } from './other-endpoint.ts';
import { PlainSaga } from './plain-saga.ts';

const STAGE = 'dev';
const ORDERS_TABLE = `orders-${STAGE}`;
const ITEMS = 16;
const PIECES = 1_000_000;
const POLLING_SECONDS = 60;
const WATCHED_AT_ONCE = 100;

/** A stack with stocked items, and the ways to take an order to its end on it. */
export class BenchStack {
  readonly basket: () => Basket;
  readonly dynamodb: AwsCalls;
  readonly #urls: EmbeddedStack['urls'];
  readonly #transport = new KeepAliveTransport();
  readonly #api: OrderApiClient;
  readonly #lambda: AwsCalls;
  readonly #states: AwsCalls;
  readonly #watch: OrderEndWatch;
  readonly #others: AwsCalls[] = [];

  constructor(urls: EmbeddedStack['urls'], items: readonly string[]) {
    this.#urls = urls;
    this.basket = basketsOf(items);
    this.#api = new OrderApiClient(urls.http, { transport: this.#transport.send, keepsExchanges: false });
    this.dynamodb = new AwsCalls(urls.dynamodb);
    this.#lambda = new AwsCalls(urls.lambda);
    this.#states = new AwsCalls(urls.endpoint);
    this.#watch = new OrderEndWatch(this.dynamodb, ORDERS_TABLE);
  }

  /** Over the HTTP API. */
  overHttp(): OrderRun {
    return overHttp(this.#api, this.#watch, this.basket);
  }

  /** Over the HTTP API, by customers who ask for their order's status until it has ended. */
  polling(): OrderRun {
    return async () => {
      const orderId = await this.#api.place(placeBody(this.basket()));
      await this.#api.waitForStatus(orderId, POLLING_SECONDS, ['CONFIRMED']);
    };
  }

  /** One question for an order's status. */
  asking(orderId: string): OrderRun {
    return async () => {
      await this.#api.order(orderId);
    };
  }

  /**
   * Resolves once orders have been confirmed.
   *
   * @throws Error where one ended otherwise, or has not ended within so many seconds
   */
  async drained(orderIds: readonly string[], seconds: number): Promise<void> {
    const watch = new OrderEndWatch(this.dynamodb, ORDERS_TABLE, seconds * 1000);
    // A part at a time, because looking at all of them would load the database that works on them.
    for (let from = 0; from < orderIds.length; from += WATCHED_AT_ONCE) {
      await Promise.all(orderIds.slice(from, from + WATCHED_AT_ONCE).map((id) => watch.confirmed(id)));
    }
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
   * The same machine at another Step Functions endpoint. If the order saga is deployed there, it runs with that endpoint's own
   * tables and functions. Otherwise it is created, and the endpoint must be configured to call this stack's functions and
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
      basket: inventory === undefined ? this.basket : basketsOf(await stockItems(inventory)),
      states,
      stateMachineArn: sagaArn(isDeployed ? stage : STAGE),
      watch: isDeployed ? new OrderEndWatch(dynamodb, ordersTable) : this.#watch,
    });
  }

  /** Takes one order to its end and returns its id. */
  async confirmedOrder(): Promise<string> {
    const order_id = await this.#api.place(placeBody(this.basket()));
    await this.#watch.confirmed(order_id);
    return order_id;
  }

  /** Ends the connections. */
  close(): void {
    for (const connection of [this.#transport, this.dynamodb, this.#lambda, this.#states, ...this.#others]) {
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

/** Creates items with plenty of stock for the benchmark, and returns their ids. */
export async function stockItems(inventory: string): Promise<readonly string[]> {
  const restockClient = new RestockClient(inventory);
  try {
    return await Promise.all(
      Array.from({ length: ITEMS }, (_, index) => restockClient.createItem(`benchmark ${index + 1}`, 250, PIECES)),
    );
  } finally {
    restockClient.close();
  }
}

function sagaArn(stage = STAGE): string {
  return orderSagaArn({ region: 'us-east-1', account: '000000000000', stage });
}
