import type { HistoryEvent } from '@aws-sdk/client-sfn';

/** One stay of an execution in a state. */
export interface StateVisit {
  readonly state: string;
  /** How often the state's task was retried. */
  readonly retries: number;
  /** The names of the errors that occurred, each once, in order. */
  readonly errors: readonly string[];
  /** The error that the state was left with, by a Catch or by failing the execution. */
  readonly caught?: string;
}

/** The path of an execution, from its history. States inside Map and Parallel are listed in the order of entering. */
export function sagaPathOf(history: readonly HistoryEvent[]): readonly StateVisit[] {
  const visits: VisitRecord[] = [];
  const visitOfEvent = new Map<number, VisitRecord>();
  for (const event of history) {
    const entered = event.stateEnteredEventDetails?.name;
    let visit = visitOfEvent.get(event.previousEventId ?? 0);
    if (entered !== undefined) {
      visit = { state: entered, failures: [], schedules: 0, left: false };
      visits.push(visit);
    }
    if (visit === undefined || event.id === undefined) {
      continue;
    }
    visitOfEvent.set(event.id, visit);
    noteEvent(visit, event);
  }
  return visits.map(toVisit);
}

interface VisitRecord {
  readonly state: string;
  readonly failures: string[];
  schedules: number;
  /** Whether the latest attempt failed. */
  left: boolean;
}

function noteEvent(visit: VisitRecord, event: HistoryEvent): void {
  const type = event.type ?? '';
  if (/^(Task|LambdaFunction|Activity)Scheduled$/.test(type)) {
    visit.schedules += 1;
    visit.left = false;
  } else if (/^(Task|LambdaFunction|Activity)(Failed|TimedOut|StartFailed|ScheduleFailed|SubmitFailed)$/.test(type)) {
    visit.failures.push(errorOf(event) ?? type);
    visit.left = true;
  } else if (/Succeeded$/.test(type)) {
    visit.left = false;
  }
}

function errorOf(event: HistoryEvent): string | undefined {
  const details = [
    event.taskFailedEventDetails,
    event.taskTimedOutEventDetails,
    event.taskStartFailedEventDetails,
    event.taskSubmitFailedEventDetails,
    event.lambdaFunctionFailedEventDetails,
    event.lambdaFunctionTimedOutEventDetails,
    event.lambdaFunctionScheduleFailedEventDetails,
    event.lambdaFunctionStartFailedEventDetails,
    event.activityFailedEventDetails,
    event.activityTimedOutEventDetails,
    event.activityScheduleFailedEventDetails,
  ];
  const error = details.find((found) => found !== undefined)?.error;
  if (error !== undefined) {
    return error;
  }
  return event.type?.endsWith('TimedOut') ? 'States.Timeout' : undefined;
}

function toVisit({ state, failures, schedules, left }: VisitRecord): StateVisit {
  const last = failures.at(-1);
  return {
    state,
    retries: Math.max(0, schedules - 1),
    errors: [...new Set(failures)],
    ...(left && last !== undefined ? { caught: last } : {}),
  };
}
