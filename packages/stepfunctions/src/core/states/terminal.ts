import type { FailState, SucceedState } from '../../language/definition.ts';
import { evaluateJsonataAs } from '../../language/jsonata.ts';
import { applyPath } from '../../language/path-field.ts';
import { StatesError } from '../../language/states-error.ts';
import { type Executing, effectiveInput, jsonataOutput, type Outcome, outputPath } from '../input-output.ts';
import { jsonText } from '../json-text.ts';
import { StateFailed } from '../state-failed.ts';
import { stateScope } from '../state-scope.ts';

/** Succeeds: ends its frame with an output. */
export async function executeSucceed(executing: Executing<SucceedState>): Promise<Outcome> {
  const { draft, frameId, state } = executing;
  const input = effectiveInput(executing);
  const output =
    state.QueryLanguage === 'JSONata'
      ? await jsonataOutput(executing, state.Output, stateScope(draft, frameId, input), input)
      : outputPath(executing, input);
  return { kind: 'EXIT', output };
}

/** Fails its frame. */
export async function executeFail(executing: Executing<FailState>): Promise<never> {
  const { state } = executing;
  const error = await textField(executing, 'Error', state.Error, state.ErrorPath);
  const cause = await textField(executing, 'Cause', state.Cause, state.CausePath);
  throw new StateFailed({ ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) });
}

async function textField(
  { draft, frameId, state, run }: Executing<FailState>,
  field: 'Error' | 'Cause',
  text: string | undefined,
  path: string | undefined,
): Promise<string | undefined> {
  const scope = stateScope(draft, frameId, run.input);
  if (path !== undefined) {
    const found = applyPath(path, scope, { stateName: run.name, field: `${field}Path` });
    if (typeof found === 'string') {
      return found;
    }
    throw new StatesError(
      'States.Runtime',
      `The ${field}Path parameter does not reference a string: ${path} == ${jsonText(found)}`,
    );
  }
  if (text === undefined || state.QueryLanguage === 'JSONPath') {
    return text;
  }
  return await evaluateJsonataAs(text, 'string', scope, { stateName: run.name, field });
}
