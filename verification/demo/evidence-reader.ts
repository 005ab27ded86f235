import { DescribeExecutionCommand, paginateGetExecutionHistory, SFNClient } from '@aws-sdk/client-sfn';
import { type AwsConnection, clientSettings, orderSagaArn } from '../invariants/reader/aws-connection.ts';
import { OrderCaseReader } from '../invariants/reader/order-case-reader.ts';
import { sagaPathOf } from './saga-path.ts';
import type { OrderedItem } from './scenario.ts';
import type { OrderView } from './shop.ts';
import type { Evidence } from './verdict.ts';

/** Gathers how an order stands: its record, its stock, its money, and the way its execution went. */
export class EvidenceReader {
  readonly #stateMachineArn: string;
  readonly #tables: OrderCaseReader;
  readonly #executions: SFNClient;

  constructor(connection: AwsConnection) {
    this.#stateMachineArn = orderSagaArn(connection);
    this.#tables = new OrderCaseReader(connection);
    this.#executions = new SFNClient(clientSettings(connection));
  }

  /** @param order how the API shows it */
  async read(order: OrderView, ordered: readonly OrderedItem[]): Promise<Evidence> {
    const executionArn = this.#executionArn(order.order_id);
    const { status } = await this.#executions.send(new DescribeExecutionCommand({ executionArn }));
    const history = [];
    const pages = paginateGetExecutionHistory({ client: this.#executions }, { executionArn, maxResults: 1000 });
    for await (const page of pages) {
      history.push(...(page.events ?? []));
    }
    return {
      order,
      tables: await this.#tables.read(order.order_id),
      execution_status: status ?? 'unknown',
      path: sagaPathOf(history),
      items: await Promise.all(ordered.map(async (item) => ({ ...item, now: await this.#tables.item(item.item_id) }))),
    };
  }

  /** Whether the order's execution still runs. */
  async isRunning(order_id: string): Promise<boolean> {
    const executionArn = this.#executionArn(order_id);
    return (await this.#executions.send(new DescribeExecutionCommand({ executionArn }))).status === 'RUNNING';
  }

  /** Ends the connections. */
  close(): void {
    this.#tables.close();
    this.#executions.destroy();
  }

  #executionArn(order_id: string): string {
    return `${this.#stateMachineArn.replace(':stateMachine:', ':execution:')}:${order_id}`;
  }
}
