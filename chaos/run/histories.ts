import { type HistoryEvent, paginateGetExecutionHistory, SFNClient } from '@aws-sdk/client-sfn';
import { type AwsConnection, clientSettings, orderSagaArn } from '../../load/invariants/reader/aws-connection.ts';

/** Reads what Step Functions wrote down about single sagas. */
export class Histories {
  readonly #client: SFNClient;
  readonly #executions: string;

  constructor(connection: AwsConnection) {
    this.#client = new SFNClient(clientSettings(connection));
    this.#executions = orderSagaArn(connection).replace(':stateMachine:', ':execution:');
  }

  /** The whole history of an order's execution; empty where there is none. */
  async of(order_id: string): Promise<readonly HistoryEvent[]> {
    const executionArn = `${this.#executions}:${order_id}`;
    const events: HistoryEvent[] = [];
    try {
      const pages = paginateGetExecutionHistory({ client: this.#client }, { executionArn, maxResults: 1000 });
      for await (const page of pages) events.push(...(page.events ?? []));
    } catch (error) {
      if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return [];
      throw error;
    }
    return events;
  }

  /** Ends the connection. */
  close(): void {
    this.#client.destroy();
  }
}

/** The state a saga was in at a moment: the last one it had entered by then. */
export function stateAt(history: readonly HistoryEvent[], at: string): string | undefined {
  const moment = Date.parse(at);
  return history.findLast(
    ({ timestamp, stateEnteredEventDetails }) =>
      stateEnteredEventDetails !== undefined && timestamp !== undefined && timestamp.getTime() <= moment,
  )?.stateEnteredEventDetails?.name;
}
