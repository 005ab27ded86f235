import { type HistoryEvent, paginateGetExecutionHistory, SFNClient } from '@aws-sdk/client-sfn';
import { type AwsConnection, clientSettings, orderSagaArn } from '../../invariants/reader/aws-connection.ts';
import type { CellRun } from './cell-run.ts';

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

  /** Of the orders that were at a chosen point when a fault came. */
  async ofPoints(runs: readonly CellRun[]): Promise<ReadonlyMap<string, readonly HistoryEvent[]>> {
    const atPoint = runs.flatMap(({ faults }) => faults).filter(({ states }) => states !== undefined);
    const found = new Map<string, readonly HistoryEvent[]>();
    for (const id of new Set(atPoint.flatMap(({ order_id }) => order_id ?? []))) {
      found.set(id, await this.of(id));
    }
    return found;
  }

  /** Ends the connection. */
  close(): void {
    this.#client.destroy();
  }
}

const ATTEMPT = /^(?:Task|LambdaFunction)(?<what>Scheduled|Failed|TimedOut|Succeeded)$/;

/** Whether the last that is known of a saga is that a task failed. */
export function endsWithFailure(history: readonly HistoryEvent[]): boolean {
  const what = history.flatMap(({ type = '' }) => ATTEMPT.exec(type)?.groups?.what ?? []).at(-1);
  return what === 'Failed' || what === 'TimedOut';
}

/** Whether a saga waited at a moment to try a task again: it had failed by then, and was scheduled again only later. */
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

/** The state a saga was in at a moment: the last one it had entered by then. */
export function stateAt(history: readonly HistoryEvent[], at: string): string | undefined {
  const moment = Date.parse(at);
  return history.findLast(
    ({ timestamp, stateEnteredEventDetails }) =>
      stateEnteredEventDetails !== undefined && timestamp !== undefined && timestamp.getTime() <= moment,
  )?.stateEnteredEventDetails?.name;
}
