import type { Definition, DescribedExecution, HistoryEvent } from './answers.ts';
import { call } from './client.ts';
import { type ReadHistory, readHistory } from './history.ts';

/** An execution as the console shows it. */
export interface ShownExecution {
  readonly described: DescribedExecution;
  readonly history: ReadHistory;
}

const PAGE_SIZE = 1_000;

interface HistoryPage {
  readonly events: readonly HistoryEvent[];
  readonly nextToken?: string;
}

/** Makes a function that reads an execution again and again: of its history only what is new. */
export function executionReader(executionArn: string): (signal: AbortSignal) => Promise<ShownExecution> {
  let definition: Definition | undefined;
  let events: readonly HistoryEvent[] = [];
  let history: ReadHistory | undefined;
  return async (signal) => {
    definition ??= await definitionOf(executionArn, signal);
    // Before the history: what it says of the end is then in the history too.
    const described = await call<DescribedExecution>('DescribeExecution', { executionArn }, signal);
    const fresh = await eventsAfter(executionArn, events.at(-1)?.id ?? 0, signal);
    if (history === undefined || fresh.length > 0) {
      events = [...events, ...fresh];
      history = readHistory(definition, events);
    }
    return { described, history };
  };
}

async function definitionOf(executionArn: string, signal: AbortSignal): Promise<Definition> {
  const { definition } = await call<{ readonly definition: string }>(
    'DescribeStateMachineForExecution',
    { executionArn },
    signal,
  );
  return JSON.parse(definition) as Definition;
}

/** The events after one, oldest first. They are read from the end, because most are known already. */
async function eventsAfter(executionArn: string, id: number, signal: AbortSignal): Promise<readonly HistoryEvent[]> {
  const newestFirst: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page: HistoryPage = await call(
      'GetExecutionHistory',
      {
        executionArn,
        reverseOrder: true,
        includeExecutionData: true,
        maxResults: PAGE_SIZE,
        ...(nextToken !== undefined && { nextToken }),
      },
      signal,
    );
    newestFirst.push(...page.events);
    nextToken = page.nextToken;
  } while (nextToken !== undefined && (newestFirst.at(-1)?.id ?? 0) > id);
  return newestFirst.filter((event) => event.id > id).toReversed();
}
