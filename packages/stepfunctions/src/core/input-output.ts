import type { Catcher, MapState, ParallelState, State } from '../language/definition.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { evaluateJsonataTemplate } from '../language/jsonata.ts';
import { applyPath, applyResultPath } from '../language/path-field.ts';
import { evaluatePayloadTemplate } from '../language/payload-template.ts';
import type { Scope } from '../language/scope.ts';
import type { Draft } from './draft.ts';
import type { StateRun } from './frame.ts';
import { stateScope } from './state-scope.ts';
import { checkVariables } from './variables.ts';

/** A frame's state with everything that evaluating its fields needs. */
export interface Executing<S extends State = State> {
  readonly draft: Draft;
  readonly frameId: string;
  readonly state: S;
  readonly run: StateRun;
}

type Selecting = Exclude<State, { readonly Type: 'Fail' }>;
type Resulting = Extract<State, { readonly Type: 'Task' | 'Parallel' | 'Map' }>;

/** A state's effective input: after `InputPath` in JSONPath, the raw input in JSONata. */
export function effectiveInput({ draft, frameId, state, run }: Executing<Selecting>): Json {
  if (state.QueryLanguage === 'JSONata' || state.InputPath === undefined) {
    return run.input;
  }
  return applyPath(state.InputPath, stateScope(draft, frameId, run.input), { stateName: run.name, field: 'InputPath' });
}

/** `Parameters` in JSONPath, `Arguments` in JSONata; without them the effective input. */
export async function argumentsOf(
  executing: Executing<Exclude<Resulting, { readonly Type: 'Map' }>>,
  token?: string,
): Promise<Json> {
  const { draft, frameId, state, run } = executing;
  const input = effectiveInput(executing);
  const scope = stateScope(draft, frameId, input, token === undefined ? {} : { token });
  if (state.QueryLanguage === 'JSONata') {
    if (state.Arguments === undefined) {
      return input;
    }
    return await evaluateJsonataTemplate(state.Arguments, scope, { stateName: run.name, field: 'Arguments' });
  }
  if (state.Parameters === undefined) {
    return input;
  }
  return evaluatePayloadTemplate(state.Parameters, scope, { stateName: run.name, field: 'Parameters' });
}

/** The variables and output of a Task, Parallel or Map state that has its result. */
export async function resultExit(
  executing: Executing<Resulting>,
  result: Json,
): Promise<{ readonly output: Json; readonly assigned: JsonObject | undefined }> {
  const { draft, frameId, state, run } = executing;
  if (state.QueryLanguage === 'JSONata') {
    const scope = stateScope(draft, frameId, run.input, { result });
    const assigned = await assignments(executing, state.Assign, scope);
    return { output: await jsonataOutput(executing, state.Output, scope, result), assigned };
  }
  const scope = stateScope(draft, frameId, result);
  const selected =
    state.ResultSelector === undefined
      ? result
      : evaluatePayloadTemplate(state.ResultSelector, scope, { stateName: run.name, field: 'ResultSelector' });
  const assigned = await assignments(executing, state.Assign, scope);
  return { output: outputPath(executing, applyResultPath(state.ResultPath, run.input, selected)), assigned };
}

/**
 * As {@link resultExit}, where all branches or iterations succeeded. What fails then follows the event of their success,
 * which nothing else does.
 *
 * @param succeeded that event
 */
export async function exitAfterSuccess(
  executing: Executing<ParallelState | MapState>,
  result: Json,
  succeeded: number,
): Promise<Outcome> {
  try {
    return { kind: 'EXIT', ...(await resultExit(executing, result)), next: executing.state.Next };
  } catch (error) {
    executing.draft.edit(executing.frameId).lastEventId = succeeded;
    throw error;
  }
}

/**
 * `Assign`, of a state, a Choice rule or a Catcher. Undefined when it sets nothing.
 *
 * @param inside where in the state it stands, for error texts: `Choices[0]/`, `Catch[1]/`
 * @throws {StatesError} it cannot be evaluated, or sets more than may be stored
 */
export async function assignments(
  { draft, frameId, state, run }: Executing,
  assign: JsonObject | undefined,
  scope: Scope,
  inside = '',
): Promise<JsonObject | undefined> {
  if (assign === undefined || Object.keys(assign).length === 0) {
    return undefined;
  }
  const where = { stateName: run.name, field: `${inside}Assign` };
  const evaluated =
    state.QueryLanguage === 'JSONata'
      ? await evaluateJsonataTemplate(assign, scope, where)
      : evaluatePayloadTemplate(assign, scope, where);
  const assigned = evaluated as JsonObject;
  checkVariables(draft, frameId, run.name, assigned);
  return assigned;
}

/** `Output`, of a JSONata state, a Choice rule or a Catcher, or the default output. `inside` as for `Assign`. */
export async function jsonataOutput(
  { run }: Executing,
  output: Json | undefined,
  scope: Scope,
  otherwise: Json,
  inside = '',
): Promise<Json> {
  if (output === undefined) {
    return otherwise;
  }
  return await evaluateJsonataTemplate(output, scope, { stateName: run.name, field: `${inside}Output` });
}

/** A JSONPath state's `OutputPath`. */
export function outputPath({ draft, frameId, state, run }: Executing<Selecting>, output: Json): Json {
  if (state.QueryLanguage === 'JSONata' || state.OutputPath === undefined) {
    return output;
  }
  return applyPath(state.OutputPath, stateScope(draft, frameId, output), { stateName: run.name, field: 'OutputPath' });
}

/** The variables and output of a state whose error was caught. */
export async function catchExit(
  executing: Executing,
  catcher: Catcher,
  index: number,
  errorOutput: JsonObject,
): Promise<{ readonly output: Json; readonly assigned: JsonObject | undefined }> {
  const { draft, frameId, state, run } = executing;
  if (state.QueryLanguage === 'JSONata') {
    const scope = stateScope(draft, frameId, run.input, { errorOutput });
    const inside = `Catch[${index}]/`;
    const assigned = await assignments(executing, catcher.Assign, scope, inside);
    return { output: await jsonataOutput(executing, catcher.Output, scope, errorOutput, inside), assigned };
  }
  const assigned = await assignments(executing, catcher.Assign, stateScope(draft, frameId, errorOutput));
  return { output: applyResultPath(catcher.ResultPath, run.input, errorOutput), assigned };
}

/** The outcome of executing a state that does not throw. */
export type Outcome =
  /** The state waits for the frame's `run.activity`. */
  { readonly kind: 'WAIT' } | StateExit;

/** A state is left. */
export interface StateExit {
  readonly kind: 'EXIT';
  readonly output: Json;
  /** Variables to set. */
  readonly assigned?: JsonObject | undefined;
  /** The next state; absent at the end of a frame. */
  readonly next?: string | undefined;
}

export const WAIT: Outcome = { kind: 'WAIT' };
