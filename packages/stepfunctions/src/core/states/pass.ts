import type { PassState } from '../../language/definition.ts';
import type { Json } from '../../language/json.ts';
import { applyResultPath } from '../../language/path-field.ts';
import { evaluatePayloadTemplate } from '../../language/payload-template.ts';
import {
  assignments,
  type Executing,
  effectiveInput,
  jsonataOutput,
  type Outcome,
  outputPath,
} from '../input-output.ts';
import { stateScope } from '../state-scope.ts';

/** Passes its input on, transformed as its fields say. */
export async function executePass(executing: Executing<PassState>): Promise<Outcome> {
  const { draft, frameId, state, run } = executing;
  if (state.QueryLanguage === 'JSONata') {
    const scope = stateScope(draft, frameId, run.input);
    const assigned = await assignments(executing, state.Assign, scope);
    const output = await jsonataOutput(executing, state.Output, scope, run.input);
    return { kind: 'EXIT', output, assigned, next: state.Next };
  }
  const result = resultOf(executing);
  const assigned = await assignments(executing, state.Assign, stateScope(draft, frameId, result));
  const output = outputPath(executing, applyResultPath(state.ResultPath, run.input, result));
  return { kind: 'EXIT', output, assigned, next: state.Next };
}

function resultOf(executing: Executing<PassState>): Json {
  const { draft, frameId, state, run } = executing;
  const input = effectiveInput(executing);
  if (state.Result !== undefined) {
    return state.Result;
  }
  if (state.Parameters === undefined) {
    return input;
  }
  const where = { stateName: run.name, field: 'Parameters' };
  return evaluatePayloadTemplate(state.Parameters, stateScope(draft, frameId, input), where);
}
