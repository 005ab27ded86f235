import type { SucceedState } from '../../language/definition.ts';
import { type Executing, effectiveInput, jsonataOutput, outputPath } from '../input-output.ts';
import type { Outcome } from '../outcome.ts';
import { stateScope } from '../state-scope.ts';

/** Ends its frame well. */
export async function executeSucceed(executing: Executing<SucceedState>): Promise<Outcome> {
  const { draft, frameId, state } = executing;
  const input = effectiveInput(executing);
  const output =
    state.QueryLanguage === 'JSONata'
      ? await jsonataOutput(executing, state.Output, stateScope(draft, frameId, input), input)
      : outputPath(executing, input);
  return { kind: 'EXIT', output };
}
