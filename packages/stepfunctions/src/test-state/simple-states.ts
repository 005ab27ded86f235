import { StateFailed } from '../core/state-failed.ts';
import { evaluateChoice } from '../language/choice.ts';
import type { ChoiceState, FailState, PassState, SucceedState, WaitState } from '../language/definition.ts';
import type { Json } from '../language/json.ts';
import { evaluateJsonataAs, evaluateJsonataTemplate } from '../language/jsonata.ts';
import { applyPath, applyResultPath } from '../language/path-field.ts';
import { evaluatePayloadTemplate } from '../language/payload-template.ts';
import type { Scope } from '../language/scope.ts';
import { StatesError } from '../language/states-error.ts';
import { assign, effectiveInput, outputPath } from './data-flow.ts';
import { type Outcome, scopeOf, type Tested } from './tested-state.ts';

/** Tests a Pass. */
export async function testPass(tested: Tested<PassState>): Promise<Outcome> {
  const { state, input } = tested;
  if (state.QueryLanguage === 'JSONata') {
    return await leave(tested, state, scopeOf(tested, input), input);
  }
  const { inspection } = tested;
  const result = inspection.step('afterResultSelector', resultOf(tested));
  await assign(tested, state.Assign, scopeOf(tested, result));
  const output = inspection.step('afterResultPath', applyResultPath(state.ResultPath, input, result));
  return { output: outputPath(tested, output), ...nextOf(state) };
}

/** A Pass state with a `Result` ignores `InputPath` and `Parameters`. */
function resultOf(tested: Tested<PassState>): Json {
  const { state, stateName, inspection } = tested;
  if (state.Result !== undefined) {
    return inspection.step('result', state.Result);
  }
  const input = effectiveInput(tested);
  const where = { stateName, field: 'Parameters' };
  const filled =
    state.Parameters === undefined ? input : evaluatePayloadTemplate(state.Parameters, scopeOf(tested, input), where);
  return inspection.step('afterParameters', filled);
}

/** Tests a Succeed. */
export async function testSucceed(tested: Tested<SucceedState>): Promise<Outcome> {
  const input = effectiveInput(tested);
  return await leave(tested, tested.state, scopeOf(tested, input), input);
}

/** Tests a Wait, without waiting. */
export async function testWait(tested: Tested<WaitState>): Promise<Outcome> {
  const input = effectiveInput(tested);
  return await leave(tested, tested.state, scopeOf(tested, input), input);
}

/** Tests a Choice: takes the first rule that matches, or `Default`. */
export async function testChoice(tested: Tested<ChoiceState>): Promise<Outcome> {
  const { state, stateName } = tested;
  const input = effectiveInput(tested);
  const scope = scopeOf(tested, input);
  const chosen = await evaluateChoice(state, stateName, scope);
  const rule = chosen?.rule;
  const Next = rule === undefined ? state.Default : rule.Next;
  if (Next === undefined) {
    const cause = 'Failed to transition out of the state. The state does not point to a next state.';
    throw new StatesError('States.Runtime', cause);
  }
  const inside = chosen === undefined ? '' : `Choices[${chosen.index}]/`;
  return await leave(tested, { ...(rule ?? state), Next }, scope, input, inside);
}

/** Tests a Fail. */
export async function testFail(tested: Tested<FailState>): Promise<never> {
  const { state } = tested;
  if (state.QueryLanguage === 'JSONPath') {
    tested.inspection.step('afterInputPath', tested.input);
  }
  const error = await textField(tested, 'Error', state.Error, state.ErrorPath);
  const cause = await textField(tested, 'Cause', state.Cause, state.CausePath);
  throw new StateFailed({ ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) });
}

async function textField(
  tested: Tested<FailState>,
  field: 'Error' | 'Cause',
  text: string | undefined,
  path: string | undefined,
): Promise<string | undefined> {
  const scope = scopeOf(tested, tested.input);
  const { stateName } = tested;
  if (path !== undefined) {
    const found = applyPath(path, scope, { stateName, field: `${field}Path` });
    if (typeof found === 'string') {
      return found;
    }
    throw new StatesError(
      'States.Runtime',
      `The ${field}Path parameter does not reference a string: ${path} == ${JSON.stringify(found)}`,
    );
  }
  if (text === undefined || tested.state.QueryLanguage === 'JSONPath') {
    return text;
  }
  return await evaluateJsonataAs(text, 'string', scope, { stateName, field });
}

/** Fields that produce the output and next state of a state without a result. */
interface Leaving {
  readonly Assign?: PassState['Assign'];
  readonly Output?: Json;
  readonly Next?: string;
}

async function leave(
  tested: Tested<PassState | SucceedState | WaitState | ChoiceState>,
  leaving: Leaving,
  scope: Scope,
  otherwise: Json,
  inside = '',
): Promise<Outcome> {
  const { state, stateName } = tested;
  await assign(tested, leaving.Assign, scope, inside);
  if (state.QueryLanguage === 'JSONPath') {
    return { output: outputPath(tested, otherwise), ...nextOf(leaving) };
  }
  const output =
    leaving.Output === undefined
      ? otherwise
      : await evaluateJsonataTemplate(leaving.Output, scope, { stateName, field: `${inside}Output` });
  return { output, ...nextOf(leaving) };
}

/** The member `next` of an outcome, absent where the state ends. */
export function nextOf({ Next }: { readonly Next?: string }): Pick<Outcome, 'next'> {
  return Next === undefined ? {} : { next: Next };
}
