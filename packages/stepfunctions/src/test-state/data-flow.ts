import type { State } from '../language/definition.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { evaluateJsonataTemplate } from '../language/jsonata.ts';
import { applyPath, applyResultPath } from '../language/path-field.ts';
import { evaluatePayloadTemplate } from '../language/payload-template.ts';
import type { Scope } from '../language/scope.ts';
import { scopeOf, type Tested } from './tested-state.ts';

type Selecting = Exclude<State, { readonly Type: 'Fail' }>;
type Working = Extract<State, { readonly Type: 'Task' | 'Parallel' }>;
type Resulting = Extract<State, { readonly Type: 'Task' | 'Parallel' | 'Map' }>;

/** Applies `InputPath`. A JSONata state has none and works on its raw input. */
export function effectiveInput(tested: Tested<Selecting>): Json {
  const { state, stateName, input, inspection } = tested;
  if (state.QueryLanguage === 'JSONata') {
    return input;
  }
  const found = applyPath(state.InputPath, scopeOf(tested, input), { stateName, field: 'InputPath' });
  return inspection.step('afterInputPath', found);
}

/** Applies `OutputPath` to the output of a JSONPath state. */
export function outputPath(tested: Tested<Selecting>, output: Json): Json {
  const { state, stateName } = tested;
  return applyPath(state.OutputPath, scopeOf(tested, output), { stateName, field: 'OutputPath' });
}

/** Evaluates `Parameters` or `Arguments`. */
export async function argumentsOf(tested: Tested<Working>): Promise<Json> {
  const { state, stateName, inspection } = tested;
  const input = effectiveInput(tested);
  const scope = scopeOf(tested, input);
  if (state.QueryLanguage === 'JSONata') {
    const where = { stateName, field: 'Arguments' };
    const filled = state.Arguments === undefined ? input : await evaluateJsonataTemplate(state.Arguments, scope, where);
    return inspection.step('afterArguments', filled);
  }
  const where = { stateName, field: 'Parameters' };
  const filled = state.Parameters === undefined ? input : evaluatePayloadTemplate(state.Parameters, scope, where);
  return inspection.step('afterParameters', filled);
}

/** Turns a result into the state's output by `ResultSelector`, `ResultPath` and `OutputPath`, or by `Output`. Runs `Assign`. */
export async function outputOf(tested: Tested<Resulting>, result: Json): Promise<Json> {
  const { state, stateName, input, inspection } = tested;
  if (state.QueryLanguage === 'JSONata') {
    const scope = scopeOf(tested, input, { result });
    await assign(tested, state.Assign, scope);
    return state.Output === undefined
      ? result
      : await evaluateJsonataTemplate(state.Output, scope, { stateName, field: 'Output' });
  }
  const scope = scopeOf(tested, result);
  const where = { stateName, field: 'ResultSelector' };
  const selected =
    state.ResultSelector === undefined ? result : evaluatePayloadTemplate(state.ResultSelector, scope, where);
  inspection.step('afterResultSelector', selected);
  await assign(tested, state.Assign, scope);
  return outputPath(tested, inspection.step('afterResultPath', applyResultPath(state.ResultPath, input, selected)));
}

/**
 * Evaluates `Assign` and records the variables after it, given ones included.
 *
 * @param inside its place in the state: `Choices[0]/`, `Catch[1]/`
 */
export async function assign(
  tested: Tested,
  template: JsonObject | undefined,
  scope: Scope,
  inside = '',
): Promise<void> {
  const { state, stateName, variables, inspection } = tested;
  const where = { stateName, field: `${inside}Assign` };
  const fill = state.QueryLanguage === 'JSONata' ? evaluateJsonataTemplate : evaluatePayloadTemplate;
  const assigned = template === undefined ? {} : ((await fill(template, scope, where)) as JsonObject);
  const all = { ...variables, ...assigned };
  if (Object.keys(all).length > 0) {
    inspection.step('variables', all);
  }
}
