import type { HistoryEvent } from '../core/history-event.ts';
import type { State, StateGraph } from '../language/definition.ts';

const END = /^Execution(?:Succeeded|Failed|TimedOut|Aborted)$/;
const STATE_ENTERED = /StateEntered$/;
const TASK_ENDED = /^(?:Task|LambdaFunction|Activity)(?:Succeeded|Failed|TimedOut|SubmitFailed)$/;
const TASK_SCHEDULED = /^(?:Task|LambdaFunction|Activity)Scheduled$/;

/**
 * The flaws of a history as sentences; empty if it is well formed. The names of states must be unique in the machine.
 */
export function checkHistory(history: readonly HistoryEvent[], definition: StateGraph): string[] {
  return [
    ...checkNumbers(history),
    ...checkEnds(history),
    ...checkTransitions(history, statesByName(definition)),
    ...checkTasks(history),
  ].map((fault) => `history: ${fault}`);
}

function checkNumbers(history: readonly HistoryEvent[]): string[] {
  return history.flatMap((event, index) => {
    const { id, previousEventId, timestamp, type } = event;
    const faults: string[] = [];
    if (id !== index + 1) {
      faults.push(`event ${index + 1} is numbered ${id}`);
    }
    if (previousEventId < 0 || previousEventId >= id) {
      faults.push(`${type} ${id} follows event ${previousEventId}`);
    }
    if (timestamp < (history[index - 1]?.timestamp ?? 0)) {
      faults.push(`${type} ${id} is older than the one before it`);
    }
    return faults;
  });
}

function checkEnds(history: readonly HistoryEvent[]): string[] {
  const faults: string[] = [];
  if (history[0]?.type !== 'ExecutionStarted') {
    faults.push(`it starts with ${history[0]?.type}`);
  }
  if (!END.test(history.at(-1)?.type ?? '')) {
    faults.push(`it ends with ${history.at(-1)?.type}`);
  }
  for (const [index, { type, id }] of history.entries()) {
    if (type === 'ExecutionStarted' && index > 0) {
      faults.push(`it starts again with event ${id}`);
    }
    const next = history[index + 1];
    if (END.test(type) && next !== undefined && next.type !== 'ExecutionRedriven') {
      faults.push(`${type} ${id} is followed by ${next.type}`);
    }
  }
  return faults;
}

function checkTransitions(history: readonly HistoryEvent[], states: ReadonlyMap<string, State>): string[] {
  const followers = new Map<number, string[]>();
  for (const event of history) {
    const entered = enteredName(event);
    if (entered === undefined) {
      continue;
    }
    followers.set(event.previousEventId, [...(followers.get(event.previousEventId) ?? []), entered]);
  }
  return [
    ...checkPairs(history),
    ...history.flatMap((event) => {
      const state = states.get(exitedName(event) ?? '');
      return state === undefined ? [] : checkFollowers(event, state, followers.get(event.id) ?? []);
    }),
  ];
}

/** Checks that every state that was left had been entered. */
function checkPairs(history: readonly HistoryEvent[]): string[] {
  const open = new Map<string, number>();
  return history.flatMap((event) => {
    const [entered, exited] = [enteredName(event), exitedName(event)];
    const name = entered ?? exited;
    if (name === undefined) {
      return [];
    }
    const now = (open.get(name) ?? 0) + (exited === undefined ? 1 : -1);
    open.set(name, now);
    return now < 0 ? [`${name} is left by event ${event.id} without having been entered`] : [];
  });
}

/** Checks that a state is followed by exactly one of its successors. */
function checkFollowers({ id, type }: HistoryEvent, state: State, next: readonly string[]): string[] {
  const allowed = successors(state);
  const faults = next.filter((name) => !allowed.includes(name)).map((name) => `${type} ${id} leads to ${name}`);
  if (allowed.length > 0 && next.length !== 1) {
    faults.push(`${type} ${id} is followed by ${next.length} states`);
  }
  return faults;
}

/** Checks that every task that ended was scheduled and ended once. */
function checkTasks(history: readonly HistoryEvent[]): string[] {
  const byId = new Map(history.map((event) => [event.id, event]));
  const ended = new Set<number>();
  return history.flatMap((event) => {
    if (!TASK_ENDED.test(event.type)) {
      return [];
    }
    const scheduled = scheduledBefore(event, byId);
    if (scheduled === undefined) {
      return [`${event.type} ${event.id} ends a task that was not scheduled`];
    }
    if (ended.has(scheduled.id)) {
      return [`the task of event ${scheduled.id} ends twice`];
    }
    ended.add(scheduled.id);
    return [];
  });
}

function scheduledBefore(event: HistoryEvent, byId: ReadonlyMap<number, HistoryEvent>): HistoryEvent | undefined {
  const before = byId.get(event.previousEventId);
  // A history that is out of order may contain a cycle.
  if (before === undefined || before.id >= event.id || STATE_ENTERED.test(before.type)) {
    return undefined;
  }
  return TASK_SCHEDULED.test(before.type) ? before : scheduledBefore(before, byId);
}

function enteredName(event: HistoryEvent): string | undefined {
  return 'stateEnteredEventDetails' in event ? event.stateEnteredEventDetails.name : undefined;
}

function exitedName(event: HistoryEvent): string | undefined {
  return 'stateExitedEventDetails' in event ? event.stateExitedEventDetails.name : undefined;
}

function successors(state: State): readonly string[] {
  const names: (string | undefined)[] = [];
  if ('Next' in state) {
    names.push(state.Next);
  }
  if ('Catch' in state) {
    names.push(...(state.Catch ?? []).map(({ Next }) => Next));
  }
  if (state.Type === 'Choice') {
    names.push(state.Default, ...state.Choices.map(({ Next }) => Next));
  }
  return names.filter((name) => name !== undefined);
}

function statesByName(graph: StateGraph, found = new Map<string, State>()): ReadonlyMap<string, State> {
  for (const [name, state] of Object.entries(graph.States)) {
    found.set(name, state);
    if (state.Type === 'Parallel') {
      for (const branch of state.Branches) {
        statesByName(branch, found);
      }
    }
    if (state.Type === 'Map') {
      statesByName(state.ItemProcessor, found);
    }
  }
  return found;
}
