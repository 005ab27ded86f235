import {
  DescribeExecutionCommand,
  type HistoryEvent,
  paginateGetExecutionHistory,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { executionName } from '../../functions/orders/new-order.ts';
import type { OrderView } from '../client/api-envelope.ts';
import type { OrderCase } from '../invariants/order-case.ts';
import { type AwsConnection, clientSettings, orderSagaArn } from '../invariants/reader/aws-connection.ts';
import { OrderCaseReader } from '../invariants/reader/order-case-reader.ts';
import type { ItemSnapshot } from '../invariants/snapshot.ts';
import { type StateVisit, sagaPathOf } from './saga-path.ts';
import type { PlacedOrder } from './scenario.ts';

/** How an order stands after its saga, from all sides. */
export interface Evidence {
  /** As the API shows it. */
  readonly order: OrderView;
  readonly tables: Omit<OrderCase, 'execution'>;
  readonly execution_status: string;
  readonly path: readonly StateVisit[];
  readonly items: readonly OrderedItem[];
}

/** An ordered item and how it stands now. */
export interface OrderedItem {
  readonly item_id: string;
  /** How many pieces were ordered. */
  readonly count: number;
  readonly now: ItemSnapshot | undefined;
}

/** Gathers how an order stands: its record, its stock, its money, and the path of its execution. */
export class EvidenceReader {
  readonly #stateMachineArn: string;
  readonly #tables: OrderCaseReader;
  readonly #executions: SFNClient;

  constructor(connection: AwsConnection) {
    this.#stateMachineArn = orderSagaArn(connection);
    this.#tables = new OrderCaseReader(connection);
    this.#executions = new SFNClient(clientSettings(connection));
  }

  /** @param order as the API shows it */
  async read(order: OrderView, placed: PlacedOrder): Promise<Evidence> {
    const executionArn = this.#lastExecutionArn(placed);
    const { status } = await this.#executions.send(new DescribeExecutionCommand({ executionArn }));
    const path: StateVisit[] = [];
    for (let run = 0; run <= (placed.furtherRuns ?? 0); run += 1) {
      path.push(...sagaPathOf(await this.#history(this.#executionArn(placed.orderId, run))));
    }
    return {
      order,
      tables: await this.#tables.read(order.order_id),
      execution_status: status ?? 'unknown',
      path,
      items: await Promise.all(
        placed.ordered.map(async ({ id, count }) => ({ item_id: id, count, now: await this.#tables.item(id) })),
      ),
    };
  }

  /** Whether the order's last execution still runs. */
  async isRunning(placed: PlacedOrder): Promise<boolean> {
    const executionArn = this.#lastExecutionArn(placed);
    return (await this.#executions.send(new DescribeExecutionCommand({ executionArn }))).status === 'RUNNING';
  }

  /** Ends the connections. */
  close(): void {
    this.#tables.close();
    this.#executions.destroy();
  }

  async #history(executionArn: string): Promise<readonly HistoryEvent[]> {
    const pages = paginateGetExecutionHistory({ client: this.#executions }, { executionArn, maxResults: 1000 });
    const history: HistoryEvent[] = [];
    for await (const { events = [] } of pages) {
      history.push(...events);
    }
    return history;
  }

  #lastExecutionArn({ orderId, furtherRuns = 0 }: PlacedOrder): string {
    return this.#executionArn(orderId, furtherRuns);
  }

  #executionArn(orderId: string, run: number): string {
    const name = executionName({ order_id: orderId, saga_run: run });
    return `${this.#stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  }
}
