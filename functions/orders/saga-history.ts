import {
  DescribeExecutionCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  type SFNClient,
  SFNServiceException,
} from '@aws-sdk/client-sfn';
import { translateSagaErrors } from '../clients/aws.ts';
import { executionArnOf } from './executions.ts';
import {
  type SagaError,
  type SagaEvent,
  type SagaState,
  sagaError,
  sagaEvents,
  sagaStates,
  shown,
} from './saga-states.ts';

/** One execution of a saga, as operators see it. */
export interface SagaExecutionView {
  readonly name: string;
  /** NOT_FOUND: Step Functions does not know it (any more). */
  readonly status: string;
  /** ISO 8601. */
  readonly started_at?: string;
  readonly stopped_at?: string;
  readonly redrive_count: number;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: SagaError;
  readonly start_at?: string;
  readonly states: readonly SagaState[];
  /** The last events of the history, oldest first. */
  readonly events: readonly SagaEvent[];
  /** True where the history is longer than what was read. */
  readonly incomplete: boolean;
}

const PAGE_SIZE = 1_000;
/** Most pages of a history that are read; a saga that parks now and then has a few hundred events. */
const MAX_PAGES = 5;

/** Reads executions of one state machine. */
export interface SagaHistory {
  /** @throws RetryableError where Step Functions does not reply */
  readonly read: (executionName: string) => Promise<SagaExecutionView>;
}

/** Makes the reader of one state machine's executions. */
export function createSagaHistory(client: SFNClient, stateMachineArn: string): SagaHistory {
  const historyOf = async (executionArn: string) => {
    const events: HistoryEvent[] = [];
    let nextToken: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer = await translateSagaErrors(
        client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: PAGE_SIZE, nextToken })),
      );
      events.push(...(answer.events ?? []));
      nextToken = answer.nextToken;
      if (nextToken === undefined) {
        break;
      }
    }
    return { events, incomplete: nextToken !== undefined };
  };
  return {
    read: async (name) => {
      const executionArn = executionArnOf(stateMachineArn, name);
      try {
        const [execution, { definition = '' }, { events, incomplete }] = await Promise.all([
          translateSagaErrors(client.send(new DescribeExecutionCommand({ executionArn }))),
          translateSagaErrors(client.send(new DescribeStateMachineForExecutionCommand({ executionArn }))),
          historyOf(executionArn),
        ]);
        const { status = 'UNKNOWN', startDate, stopDate, redriveCount = 0, input, output, error, cause } = execution;
        return {
          name,
          status,
          ...(startDate !== undefined && { started_at: startDate.toISOString() }),
          ...(stopDate !== undefined && { stopped_at: stopDate.toISOString() }),
          redrive_count: redriveCount,
          ...(input !== undefined && { input: shown(JSON.parse(input)) }),
          ...(output !== undefined && { output: shown(JSON.parse(output)) }),
          ...(error !== undefined && { error: sagaError({ error, cause }) }),
          ...sagaStates(definition, events),
          events: sagaEvents(events),
          incomplete,
        };
      } catch (error) {
        if (error instanceof SFNServiceException && error.name === 'ExecutionDoesNotExist') {
          return { name, status: 'NOT_FOUND', redrive_count: 0, states: [], events: [], incomplete: false };
        }
        throw error;
      }
    },
  };
}
