import type { ChoiceRule } from './choice-rule.ts';
import type { ChoiceState } from './definition.ts';
import type { Scope } from './scope.ts';

/** The rule that matched and its place in `Choices`. */
export interface ChoiceOutcome {
  readonly rule: ChoiceRule;
  readonly index: number;
}

/**
 * The first rule of a Choice state that holds, or `undefined` when none does (then `Default`, or
 * `States.NoChoiceMatched`, is the interpreter's business). `scope.input` is the input after `InputPath` for a JSONPath state.
 *
 * @throws {StatesError} A rule cannot be evaluated.
 */
export async function evaluateChoice(
  _state: ChoiceState,
  _stateName: string,
  _scope: Scope,
): Promise<ChoiceOutcome | undefined> {
  throw new Error('signature');
}
