import type { EventView, SequenceView, StateError, StateStatus, StateView } from '../components/model.ts';
import type { DefinedState, Definition, HistoryEvent } from './answers.ts';
import { detailsOf, errorOf, isoTime, parsed, viewOf } from './event-details.ts';

/** A sequence of states, and what it holds: the branches of Parallel states, the iterations of Map states. */
export interface Sequence extends SequenceView {
  readonly startAt: string;
  /** The branches of a Parallel state, or the iterations of a Map state that were begun, by its name. */
  readonly inner: ReadonlyMap<string, readonly InnerSequence[]>;
}

/** A branch or an iteration. */
export interface InnerSequence {
  /** Such as `branch 1` or `iteration 12`. */
  readonly title: string;
  readonly status: StateStatus;
  /** Made when somebody looks: a Map may have thousands. */
  readonly open: () => Sequence;
}

/** Where in a definition a state is. */
interface StatePosition {
  readonly state: DefinedState;
  /** The Map states around it, outermost first. */
  readonly maps: readonly string[];
  /** The Map or Parallel state right around it. */
  readonly around: string | undefined;
}

/** One run through the states of an iteration; the root is the execution itself. */
interface Run {
  readonly parent: Run | undefined;
  readonly map: string | undefined;
  readonly index: number;
  status: StateStatus;
  readonly states: Map<string, Mutable<StateView>>;
  readonly events: EventView[];
  /** Iterations below it by their index, by the Map state that began them. */
  readonly runs: Map<string, Map<number, Run>>;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What is known where an event has happened. */
interface Trace {
  readonly run: Run;
  readonly state: string | undefined;
}

/** What an execution did. */
export interface ReadHistory {
  readonly sequence: Sequence;
  /** Every event, those of branches and iterations too. */
  readonly events: readonly EventView[];
}

/** What an execution did, from its definition and its history. Takes time in proportion to the number of events. */
export function readHistory(definition: Definition, events: readonly HistoryEvent[]): ReadHistory {
  const positions = new Map<string, StatePosition>();
  notePositions(definition, [], undefined, positions);
  const root = newRun(undefined, undefined, 0);
  const all: EventView[] = [];
  const traces = new Map<number, Trace>([[0, { run: root, state: undefined }]]);
  for (const event of events) {
    const before = traces.get(event.previousEventId) ?? { run: root, state: undefined };
    const trace = follow(event, before, positions);
    traces.set(event.id, trace);
    const view = viewOf(event, trace.state);
    all.push(view);
    trace.run.events.push(view);
    apply(event, trace, root);
  }
  return { sequence: sequenceOf(definition, root), events: all };
}

function notePositions(
  { States }: Definition,
  maps: readonly string[],
  around: string | undefined,
  positions: Map<string, StatePosition>,
): void {
  for (const [name, state] of Object.entries(States)) {
    positions.set(name, { state, maps, around });
    for (const branch of state.Branches ?? []) {
      notePositions(branch, maps, name, positions);
    }
    const processor = processorOf(state);
    if (processor !== undefined) {
      notePositions(processor, [...maps, name], name, positions);
    }
  }
}

/** The states of a Map's iterations; undefined where each iteration is an execution of its own. */
function processorOf({ ItemProcessor, Iterator }: DefinedState): Definition | undefined {
  return ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED' ? undefined : (ItemProcessor ?? Iterator);
}

function newRun(parent: Run | undefined, map: string | undefined, index: number): Run {
  return { parent, map, index, status: 'RUNNING', states: new Map(), events: [], runs: new Map() };
}

/** The run and the state to which an event belongs. */
function follow(event: HistoryEvent, before: Trace, positions: ReadonlyMap<string, StatePosition>): Trace {
  if (event.type.startsWith('MapIteration')) {
    const { name, index } = detailsOf(event) as { readonly name: string; readonly index: number };
    const parent = runOf(before.run, positions.get(name)?.maps ?? []);
    return { run: iterationOf(parent, name, index, event.type === 'MapIterationStarted'), state: undefined };
  }
  const named = (detailsOf(event) as { readonly name?: unknown }).name;
  if (/State(Entered|Exited)$/.test(event.type) && typeof named === 'string') {
    return { run: runOf(before.run, positions.get(named)?.maps ?? []), state: named };
  }
  const [, holder] = /^(Map|Parallel)State(Succeeded|Failed|Aborted)$/.exec(event.type) ?? [];
  if (holder !== undefined) {
    const state = holderOf(holder, before.state ?? before.run.map, positions);
    return { run: runOf(before.run, positions.get(state ?? '')?.maps ?? []), state };
  }
  return before;
}

/** An iteration of a Map state. The event before may be of another one: an iteration that failed ends the others. */
function iterationOf(parent: Run, map: string, index: number, isNew: boolean): Run {
  const iterations = parent.runs.get(map) ?? new Map<number, Run>();
  parent.runs.set(map, iterations);
  const known = iterations.get(index);
  if (known !== undefined && !isNew) {
    return known;
  }
  const run = newRun(parent, map, index);
  iterations.set(index, run);
  return run;
}

/** The iterations of all Map states of a run. */
function iterationsOf({ runs }: Run): readonly Run[] {
  return [...runs.values()].flatMap((each) => [...each.values()]);
}

/** The Map or Parallel state that a state is or stands in. */
function holderOf(
  type: string,
  name: string | undefined,
  positions: ReadonlyMap<string, StatePosition>,
): string | undefined {
  let found = name;
  while (found !== undefined && positions.get(found)?.state.Type !== type) {
    found = positions.get(found)?.around;
  }
  return found;
}

/** The run around a position: what is further inside is left. */
function runOf(run: Run, maps: readonly string[]): Run {
  const map = maps.at(-1);
  let found = run;
  while (found.parent !== undefined && found.map !== map) {
    found = found.parent;
  }
  return found;
}

function apply(event: HistoryEvent, { run, state: name }: Trace, root: Run): void {
  const { type } = event;
  if (type === 'MapIterationSucceeded') {
    run.status = 'SUCCEEDED';
    return;
  }
  const end = END_STATUSES[type];
  if (end !== undefined) {
    endRun(type.startsWith('Execution') ? root : run, end, isoTime(event.timestamp));
    return;
  }
  if (type === 'ExecutionRedriven') {
    takeUp(root);
    return;
  }
  if (name === undefined) {
    return;
  }
  const details = detailsOf(event) as { readonly [member: string]: unknown };
  if (type.endsWith('StateEntered')) {
    run.states.set(name, {
      ...blank(name),
      status: 'RUNNING',
      entered_at: isoTime(event.timestamp),
      input: parsed(details.input),
    });
    return;
  }
  const state = run.states.get(name);
  if (state === undefined) {
    return;
  }
  if (type.endsWith('StateExited')) {
    state.status = state.error === undefined ? 'SUCCEEDED' : 'CAUGHT';
    state.exited_at = isoTime(event.timestamp);
    state.output = parsed(details.output);
  } else if (/^(Task|LambdaFunction|Activity)Scheduled$/.test(type)) {
    state.attempts += 1;
  } else if (/(Failed|TimedOut)$/.test(type)) {
    state.error = WITHOUT_DETAILS[type] ?? errorOf(details);
  } else if (/Succeeded$/.test(type)) {
    delete state.error;
  }
}

/** These events do not say what went wrong: a state inside does. */
const WITHOUT_DETAILS: Readonly<Record<string, StateError>> = {
  MapStateFailed: { name: 'an iteration failed' },
  ParallelStateFailed: { name: 'a branch failed' },
};

const END_STATUSES: Readonly<Record<string, StateStatus>> = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionAborted: 'ABORTED',
  ExecutionTimedOut: 'TIMED_OUT',
  MapIterationFailed: 'FAILED',
  MapIterationAborted: 'ABORTED',
};

/** What still ran when it ended did not end by itself: only what failed has an error. */
function endRun(run: Run, status: StateStatus, at: string): void {
  run.status = status;
  for (const state of run.states.values()) {
    if (state.status === 'RUNNING') {
      state.status = state.error === undefined && status === 'FAILED' ? failedBelow(run, state.name) : status;
      state.exited_at = at;
    }
  }
  for (const below of iterationsOf(run)) {
    if (below.status === 'RUNNING') {
      endRun(below, 'ABORTED', at);
    }
  }
}

/** A Map state fails with its iterations. Beside a branch that failed, the others were ended. */
function failedBelow(run: Run, name: string): StateStatus {
  const isAlone = [...run.states.values()].every((each) => each.name === name || each.status !== 'RUNNING');
  return isAlone || [...(run.runs.get(name)?.values() ?? [])].some((each) => each.status === 'FAILED')
    ? 'FAILED'
    : 'ABORTED';
}

/** A redrive takes up what did not succeed. */
function takeUp(run: Run): void {
  if (run.status === 'SUCCEEDED') {
    return;
  }
  run.status = 'RUNNING';
  for (const state of run.states.values()) {
    if (state.status === 'FAILED' || state.status === 'ABORTED' || state.status === 'TIMED_OUT') {
      state.status = 'RUNNING';
      delete state.error;
      delete state.exited_at;
    }
  }
  for (const below of iterationsOf(run)) {
    takeUp(below);
  }
}

function sequenceOf(definition: Definition, run: Run): Sequence {
  const names = new Set(allNames(definition));
  const states = Object.entries(definition.States).map(([name, defined]) => ({
    ...blank(name),
    ...run.states.get(name),
    ...linksOf(defined),
  }));
  const own = new Set(Object.keys(definition.States));
  return {
    startAt: definition.StartAt,
    states,
    // Of a branch: events of other branches belong to the same run.
    events:
      run.map === undefined && run.parent === undefined && own.size === names.size
        ? run.events
        : run.events.filter(({ state }) => state === undefined || own.has(state)),
    inner: new Map(
      Object.entries(definition.States).flatMap(([name, defined]) => {
        const inner = innerOf(name, defined, run);
        return inner === undefined ? [] : [[name, inner] as const];
      }),
    ),
  };
}

function innerOf(name: string, defined: DefinedState, run: Run): readonly InnerSequence[] | undefined {
  if (defined.Branches !== undefined) {
    return defined.Branches.map((branch, index) => ({
      title: `Branch ${index + 1}`,
      status: statusOfBranch(branch, run),
      open: () => sequenceOf(branch, run),
    }));
  }
  const processor = processorOf(defined);
  if (processor === undefined) {
    return undefined;
  }
  return [...(run.runs.get(name)?.values() ?? [])]
    .toSorted((one, other) => URGENCY[one.status] - URGENCY[other.status] || one.index - other.index)
    .map((iteration) => ({
      title: `Iteration ${iteration.index}`,
      status: iteration.status,
      open: () => sequenceOf(processor, iteration),
    }));
}

/** Failures first, then what runs. */
const URGENCY: Readonly<Record<StateStatus, number>> = {
  FAILED: 0,
  TIMED_OUT: 0,
  ABORTED: 1,
  CAUGHT: 2,
  RUNNING: 3,
  NOT_REACHED: 4,
  SUCCEEDED: 5,
};

function statusOfBranch(branch: Definition, run: Run): StateStatus {
  const reached = Object.keys(branch.States).flatMap((name) => run.states.get(name) ?? []);
  const worst = reached.toSorted((one, other) => URGENCY[one.status] - URGENCY[other.status])[0];
  return worst === undefined ? 'NOT_REACHED' : worst.status === 'CAUGHT' ? 'SUCCEEDED' : worst.status;
}

function allNames({ States }: Definition): readonly string[] {
  return Object.entries(States).flatMap(([name, state]) => [name, ...(state.Branches ?? []).flatMap(allNames)]);
}

function linksOf(state: DefinedState): Pick<StateView, 'type' | 'next' | 'after_error' | 'comment'> {
  const after_error = [...new Set((state.Catch ?? []).map(({ Next }) => Next))];
  const choices = (state.Choices ?? []).flatMap(({ Next }) => Next ?? []);
  const direct = [state.Next, ...choices, state.Default].filter((name) => name !== undefined);
  return {
    type: state.Type,
    next: [...new Set([...direct, ...after_error])],
    after_error: after_error.filter((name) => !direct.includes(name)),
    ...(state.Comment !== undefined && { comment: state.Comment }),
  };
}

function blank(name: string): Mutable<StateView> {
  return { name, type: '', next: [], after_error: [], status: 'NOT_REACHED', attempts: 0 };
}
