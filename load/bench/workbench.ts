import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { EmbeddedStack } from '../../embedded/stack.ts';
import { awsConnectionFrom, clientSettings, orderSagaArn } from '../invariants/reader/aws-connection.ts';
import { Stocker } from '../stack/stocker.ts';
import { AwsCallError, AwsCalls } from './aws-calls.ts';
import type { OrderRun } from './closed-loop.ts';
import { type Basket, basketsOf } from './customer-order.ts';
import { JsonConnection } from './json-connection.ts';
import { OrderEndWatch } from './order-end-watch.ts';
import { overHttp, throughStepFunctions, withoutStepFunctions } from './order-runs.ts';
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
   * The same machine at another Step Functions endpoint. Where the order saga is deployed there, it runs with that
   * endpoint's own tables and functions; where it is not, it is created, and the endpoint must be set up to call this
   * stack's functions and DynamoDB.
   *
   * @param inventory host:port of the Inventory service that the endpoint's functions use
   */
  async at(endpoint: string, inventory: string | undefined): Promise<OrderRun> {
    const states = new AwsCalls(endpoint);
    const isDeployed = await hasMachine(states);
    if (!isDeployed) await this.#createMachine(states);
    const dynamodb = isDeployed ? new AwsCalls(endpoint) : this.dynamodb;
    const basket = isDeployed && inventory !== undefined ? basketsOf(await stockShelves(inventory)) : this.basket;
    return throughStepFunctions({
      dynamodb,
      ordersTable: ORDERS_TABLE,
      basket,
      states,
      stateMachineArn: sagaArn(),
      watch: isDeployed ? new OrderEndWatch(dynamodb, ORDERS_TABLE) : this.#watch,
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
    for (const connection of [this.#http, this.dynamodb, this.#lambda, this.#states]) connection.close();
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

async function hasMachine(states: AwsCalls): Promise<boolean> {
  try {
    await states.call('states', 'DescribeStateMachine', { stateMachineArn: sagaArn() });
    return true;
  } catch (error) {
    if (error instanceof AwsCallError && error.type === 'StateMachineDoesNotExist') return false;
    throw error;
  }
}

function sagaArn(): string {
  return orderSagaArn({ region: 'us-east-1', account: '000000000000', stage: STAGE });
}
