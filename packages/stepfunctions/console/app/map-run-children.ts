import type { ExecutionStatus, ListedExecution } from './answers.ts';
import { call } from './client.ts';

/** The order in which the children of a Map Run are shown: failures first. */
const ORDER: readonly ExecutionStatus[] = ['FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE', 'RUNNING', 'SUCCEEDED'];

/** So many children are read at once. */
const PAGE_SIZE = 50;

/** Where the next children stand: a status, and a page of those that have it. */
export interface ChildrenPosition {
  readonly statusAt: number;
  readonly nextToken?: string;
}

/** Some children of a Map Run, and where the next ones are. */
export interface ChildrenPage {
  readonly children: readonly ListedExecution[];
  readonly next: ChildrenPosition | undefined;
}

const FIRST: ChildrenPosition = { statusAt: 0 };

/** Reads about fifty children of a Map Run, those that failed first. @throws EngineError */
export async function readChildren(
  mapRunArn: string,
  from: ChildrenPosition = FIRST,
  signal?: AbortSignal,
): Promise<ChildrenPage> {
  const children: ListedExecution[] = [];
  let next: ChildrenPosition | undefined = from;
  while (next !== undefined && children.length < PAGE_SIZE) {
    const { statusAt, nextToken: token }: ChildrenPosition = next;
    const page = await call<{ readonly executions: readonly ListedExecution[]; readonly nextToken?: string }>(
      'ListExecutions',
      {
        mapRunArn,
        statusFilter: ORDER[statusAt],
        maxResults: PAGE_SIZE,
        ...(token !== undefined && { nextToken: token }),
      },
      signal,
    );
    children.push(...page.executions);
    next = after(statusAt, page.nextToken);
  }
  return { children, next };
}

function after(statusAt: number, nextToken: string | undefined): ChildrenPosition | undefined {
  if (nextToken !== undefined) {
    return { statusAt, nextToken };
  }
  return statusAt + 1 < ORDER.length ? { statusAt: statusAt + 1 } : undefined;
}
