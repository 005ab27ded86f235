import { evaluateChoice } from '../../language/choice.ts';
import type { ChoiceState } from '../../language/definition.ts';
import { StatesError } from '../../language/states-error.ts';
import {
  assignments,
  type Executing,
  effectiveInput,
  jsonataOutput,
  type Outcome,
  outputPath,
} from '../input-output.ts';
import { stateScope } from '../state-scope.ts';

/** Continues with the first rule that matches, or with the default. */
export async function executeChoice(executing: Executing<ChoiceState>): Promise<Outcome> {
  const { draft, frameId, state, run } = executing;
  const input = effectiveInput(executing);
  const scope = stateScope(draft, frameId, input);
  const chosen = await evaluateChoice(state, run.name, scope);
  const rule = chosen?.rule;
  const next = rule === undefined ? state.Default : rule.Next;
  if (next === undefined) {
    const cause = 'Failed to transition out of the state. The state does not point to a next state.';
    throw new StatesError('States.Runtime', cause);
  }
  // The state's own Assign and Output are those of the default.
  const taken = rule ?? state;
  const inside = chosen === undefined ? '' : `Choices[${chosen.index}]/`;
  const assigned = await assignments(executing, taken.Assign, scope, inside);
  const output =
    state.QueryLanguage === 'JSONata'
      ? await jsonataOutput(executing, taken.Output, scope, input, inside)
      : outputPath(executing, input);
  return { kind: 'EXIT', output, assigned, next };
}
