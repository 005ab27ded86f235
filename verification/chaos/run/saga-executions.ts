import {
  DescribeExecutionCommand,
  type HistoryEvent,
  paginateGetExecutionHistory,
  paginateListExecutions,
  RedriveExecutionCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { type AwsConnection, clientSettings, orderSagaArn } from '../../invariants/reader/aws-connection.ts';

/** Reads the execution histories of sagas, and redrives them as an operator does. */
export class SagaExecutions {
  readonly #client: SFNClient;
  readonly #stateMachineArn: string;

  constructor(connection: AwsConnection) {
    this.#client = new SFNClient(clientSettings(connection));
    this.#stateMachineArn = orderSagaArn(connection);
  }

  /** The whole history of an order's execution; empty where there is none. */
  async historyOf(order_id: string): Promise<readonly HistoryEvent[]> {
    const executionArn = `${this.#stateMachineArn.replace(':stateMachine:', ':execution:')}:${order_id}`;
    const events: HistoryEvent[] = [];
    try {
      const pages = paginateGetExecutionHistory({ client: this.#client }, { executionArn, maxResults: 1000 });
      for await (const page of pages) {
        events.push(...(page.events ?? []));
      }
    } catch (error) {
      if (error instanceof Error && error.name === 'ExecutionDoesNotExist') {
        return [];
      }
      throw error;
    }
    return events;
  }

  /** The histories of these orders, by order id. */
  async historiesOf(orderIds: Iterable<string>): Promise<ReadonlyMap<string, readonly HistoryEvent[]>> {
    const found = new Map<string, readonly HistoryEvent[]>();
    for (const id of new Set(orderIds)) {
      found.set(id, await this.historyOf(id));
    }
    return found;
  }

  /** Redrives every failed execution that can be redriven; returns the ids of their orders. */
  async redriveFailed(): Promise<readonly string[]> {
    const query = { stateMachineArn: this.#stateMachineArn, statusFilter: 'FAILED', maxResults: 1000 } as const;
    const redriven: string[] = [];
    for await (const page of paginateListExecutions({ client: this.#client }, query)) {
      for (const { executionArn, name } of page.executions ?? []) {
        const { redriveStatus } = await this.#client.send(new DescribeExecutionCommand({ executionArn }));
        if (redriveStatus !== 'REDRIVABLE') {
          continue;
        }
        await this.#client.send(new RedriveExecutionCommand({ executionArn }));
        redriven.push(name ?? '');
      }
    }
    return redriven;
  }

  /** Closes the connection. */
  close(): void {
    this.#client.destroy();
  }
}

const ATTEMPT = /^(?:Task|LambdaFunction)(?<what>Scheduled|Failed|TimedOut|Succeeded)$/;

/** Whether the latest attempt of a task in the history has failed. */
export function endsWithFailure(history: readonly HistoryEvent[]): boolean {
  const what = history.flatMap(({ type = '' }) => ATTEMPT.exec(type)?.groups?.what ?? []).at(-1);
  return what === 'Failed' || what === 'TimedOut';
}

/**
 * Whether a saga waited to retry a task at `at` (ISO 8601). The task had failed by then, and was scheduled again later.
 */
export function isInRetryWait(history: readonly HistoryEvent[], at: string): boolean {
  const moment = Date.parse(at);
  const steps = history.flatMap(({ type = '', timestamp }) => {
    const what = /StateEntered$/.test(type) ? 'Entered' : ATTEMPT.exec(type)?.groups?.what;
    return what === undefined || timestamp === undefined ? [] : [{ what, isLater: timestamp.getTime() > moment }];
  });
  const before = steps.findLast(({ isLater }) => !isLater)?.what;
  const after = steps.find(({ isLater }) => isLater)?.what;
  return (before === 'Failed' || before === 'TimedOut') && after === 'Scheduled';
}

/** The state a saga was in at `at` (ISO 8601): the last one it had entered by then. */
export function stateAt(history: readonly HistoryEvent[], at: string): string | undefined {
  const moment = Date.parse(at);
  return history.findLast(
    ({ timestamp, stateEnteredEventDetails }) =>
      stateEnteredEventDetails !== undefined && timestamp !== undefined && timestamp.getTime() <= moment,
  )?.stateEnteredEventDetails?.name;
}
