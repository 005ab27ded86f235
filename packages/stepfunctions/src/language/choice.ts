import type { ChoiceRule, ComparisonRule } from './choice-rule.ts';
import { literalTests, type Test, valueTests } from './comparison.ts';
import type { ChoiceState } from './definition.ts';
import type { Json } from './json.ts';
import { evaluateJsonataAs } from './jsonata.ts';
import type { Path } from './jsonpath/path.ts';
import { parsePath } from './jsonpath/path-parser.ts';
import { resolve } from './jsonpath/select.ts';
import type { Scope } from './scope.ts';
import { StatesError } from './states-error.ts';

/** The rule that matched and its place in `Choices`. */
export interface ChoiceOutcome {
  readonly rule: ChoiceRule;
  readonly index: number;
}

/**
 * The first rule of a Choice state that matches, or `undefined`. The interpreter then uses `Default` or fails with
 * `States.NoChoiceMatched`. For a JSONPath state, `scope.input` is the input after `InputPath`. Rules are compiled once
 * per object, so pass the definition's own objects, not copies.
 *
 * @throws {StatesError} A rule cannot be evaluated.
 */
export async function evaluateChoice(
  state: ChoiceState,
  stateName: string,
  scope: Scope,
): Promise<ChoiceOutcome | undefined> {
  for (const [index, rule] of state.Choices.entries()) {
    const holds =
      'Condition' in rule
        ? await evaluateJsonataAs(rule.Condition, 'boolean', scope, { stateName, field: `Choices[${index}]/Condition` })
        : prepare(rule)(scope);
    if (holds) {
      return { rule, index };
    }
  }
  return undefined;
}

/** A compiled rule. */
type Rule = (scope: Scope) => boolean;

const prepared = new WeakMap<ComparisonRule, Rule>();

function prepare(rule: ComparisonRule): Rule {
  let known = prepared.get(rule);
  if (known === undefined) {
    known = read(rule);
    prepared.set(rule, known);
  }
  return known;
}

function read(rule: ComparisonRule): Rule {
  if ('And' in rule) {
    const inner = rule.And.map(read);
    return (scope) => inner.every((holds) => holds(scope));
  }
  if ('Or' in rule) {
    const inner = rule.Or.map(read);
    return (scope) => inner.some((holds) => holds(scope));
  }
  if ('Not' in rule) {
    const inner = read(rule.Not);
    return (scope) => !inner(scope);
  }
  const variable = parsePath(rule.Variable);
  for (const [comparator, operand] of Object.entries(rule)) {
    const holds = readComparator(comparator, operand as Json, variable);
    if (holds !== undefined) {
      return holds;
    }
  }
  throw new StatesError('States.Runtime', `The choice rule for '${rule.Variable}' has no comparator.`);
}

function readComparator(comparator: string, operand: Json, variable: Path): Rule | undefined {
  if (comparator === 'IsPresent') {
    return (scope) => isPresent(variable, scope) === operand;
  }
  const test = valueTests.get(comparator) ?? literalTests.get(comparator);
  if (test !== undefined) {
    return (scope) => test(valueAt(variable, scope), operand);
  }
  const byPath = comparator.endsWith('Path') ? valueTests.get(comparator.slice(0, -'Path'.length)) : undefined;
  if (byPath === undefined || typeof operand !== 'string') {
    return undefined;
  }
  return comparingPaths(byPath, variable, parsePath(operand));
}

function comparingPaths(test: Test, variable: Path, operand: Path): Rule {
  return (scope) => test(valueAt(variable, scope), valueAt(operand, scope));
}

function isPresent(path: Path, scope: Scope): boolean {
  const selection = resolve(path, scope);
  return selection.found && selection.isOutsideArray !== true;
}

function valueAt(path: Path, scope: Scope): Json {
  const selection = resolve(path, scope);
  if (selection.found) {
    return selection.value;
  }
  throw new StatesError(
    'States.Runtime',
    `Invalid path '${path.text}': The choice state's condition path references an invalid value.`,
  );
}
