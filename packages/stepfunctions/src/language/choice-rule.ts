import type { Json, JsonObject } from './json.ts';

/** The consequences of a rule that matched. */
interface Consequence {
  readonly Comment?: string;
  readonly Next?: string;
  /** Variables to set when the rule is taken. */
  readonly Assign?: JsonObject;
  /** The state's output when the rule is taken; JSONata only. */
  readonly Output?: Json;
}

/** A rule of a JSONata Choice state. */
export interface ConditionRule extends Consequence {
  /** `{% expression %}` or a plain boolean. */
  readonly Condition: string | boolean;
}

/** A rule of a JSONPath Choice state: a comparison, or a boolean expression over nested rules. */
export type ComparisonRule =
  | (Consequence & { readonly And: readonly ComparisonRule[] })
  | (Consequence & { readonly Or: readonly ComparisonRule[] })
  | (Consequence & { readonly Not: ComparisonRule })
  | Comparison;

/** One comparison: `Variable` against the operand of exactly one comparator. */
export type Comparison = Consequence & { readonly Variable: string } & {
  readonly [comparator in Comparator]?: Json;
};

/** A rule of a Choice state in either query language; `Next` is there on every rule of `Choices`. */
export type ChoiceRule = (ConditionRule | ComparisonRule) & { readonly Next: string };

type Order = 'Equals' | 'LessThan' | 'GreaterThan' | 'LessThanEquals' | 'GreaterThanEquals';
type ValueComparator = `${'String' | 'Numeric' | 'Timestamp'}${Order}` | 'BooleanEquals';

/** The data-test expressions of the states language. */
export type Comparator =
  | ValueComparator
  | `${ValueComparator}Path`
  | 'StringMatches'
  | 'IsNull'
  | 'IsPresent'
  | 'IsNumeric'
  | 'IsString'
  | 'IsBoolean'
  | 'IsTimestamp';
