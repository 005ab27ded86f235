import { parseJson } from './exact-number.ts';
import { ExactNumber, isJsonObject, type Json } from './json.ts';
import type { ItemProcessor, QueryLanguage, State, StateGraph } from './state.ts';

export type {
  Catcher,
  ChoiceState,
  FailState,
  ItemBatcher,
  ItemProcessor,
  ItemReader,
  MapState,
  NumberOrExpression,
  ParallelState,
  PassState,
  ProcessorConfiguration,
  QueryLanguage,
  ResultWriter,
  Retrier,
  State,
  StateGraph,
  SucceedState,
  TaskState,
  WaitState,
} from './state.ts';

/** A state machine as its author wrote it, each state's `QueryLanguage` filled in. */
export interface StateMachineDefinition extends StateGraph {
  readonly Comment?: string;
  readonly Version?: string;
  readonly TimeoutSeconds?: number;
  readonly QueryLanguage: QueryLanguage;
}

/** Thrown by {@link parseDefinition} for a text that is no state machine. A validated text never causes it. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
}

/**
 * Parses a definition that was validated before (see `validation/`). It fills in each state's `QueryLanguage` and turns
 * a Map's `Iterator` into `ItemProcessor`.
 *
 * @throws {DefinitionError} The text is not JSON, or not an object with `StartAt` and `States`.
 */
export function parseDefinition(text: string): StateMachineDefinition {
  let parsed: unknown;
  try {
    parsed = parseWritten(text);
  } catch (cause) {
    throw new DefinitionError('The definition is not JSON.', { cause });
  }
  if (!isGraph(parsed)) {
    throw new DefinitionError('The definition needs "StartAt" and "States".');
  }
  const language = parsed.QueryLanguage ?? 'JSONPath';
  return { ...completeGraph(parsed, language), QueryLanguage: language };
}

/** A single state, as TestState takes it, completed like {@link parseDefinition} does. */
export function parseState(text: string): State {
  let parsed: unknown;
  try {
    parsed = parseWritten(text);
  } catch (cause) {
    throw new DefinitionError('The definition is not JSON.', { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || !('Type' in parsed)) {
    throw new DefinitionError('The state needs a "Type".');
  }
  return completeState(parsed as WrittenState, 'JSONPath');
}

/** Fields whose numbers are data of the execution, which stay as they are written. All other numbers are settings. */
const DATA_FIELDS: ReadonlySet<string> = new Set(
  'Arguments Assign BatchInput ItemSelector Items Output Parameters Result ResultSelector'.split(' '),
);

function parseWritten(text: string): Json {
  const exact = parseJson(text);
  return ExactNumber.exist ? withNearestSettings(exact) : exact;
}

/** @param named whether the members of the value are named by the author, as those of `States` */
function withNearestSettings(value: Json, named = false): Json {
  if (value instanceof ExactNumber) {
    return value.nearest;
  }
  if (Array.isArray(value)) {
    return value.map((element: Json) => withNearestSettings(element));
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const members = Object.entries(value).map(([name, inner]) => {
    const isData = !named && (DATA_FIELDS.has(name) || name.startsWith('Numeric'));
    return [name, isData ? inner : withNearestSettings(inner, name === 'States' && !named)] as const;
  });
  return Object.fromEntries(members);
}

/** A state before its `QueryLanguage` is known. */
type Written<S> = S extends State ? Omit<S, 'QueryLanguage'> & { readonly QueryLanguage?: QueryLanguage } : never;
type WrittenState = Written<State> & { readonly Iterator?: ItemProcessor };

function isGraph(value: unknown): value is StateGraph & { readonly QueryLanguage?: QueryLanguage } {
  if (typeof value !== 'object' || value === null || !('StartAt' in value) || !('States' in value)) {
    return false;
  }
  return typeof value.StartAt === 'string' && typeof value.States === 'object' && value.States !== null;
}

function completeGraph<G extends StateGraph>(graph: G, language: QueryLanguage): G {
  const states = Object.entries(graph.States).map(([name, state]) => [name, completeState(state, language)] as const);
  return { ...graph, States: Object.fromEntries(states) };
}

function completeState(state: WrittenState, inherited: QueryLanguage): State {
  const completed = { ...state, QueryLanguage: state.QueryLanguage ?? inherited };
  if (completed.Type === 'Parallel') {
    return { ...completed, Branches: completed.Branches.map((branch) => completeGraph(branch, inherited)) } as State;
  }
  if (completed.Type === 'Map') {
    const { Iterator: older, ...rest } = completed;
    return { ...rest, ItemProcessor: completeGraph(rest.ItemProcessor ?? older, inherited) } as State;
  }
  return completed as State;
}

/** The two kinds of state machine; an EXPRESS one cannot wait for callbacks, jobs or activities. */
export type StateMachineType = 'STANDARD' | 'EXPRESS';
