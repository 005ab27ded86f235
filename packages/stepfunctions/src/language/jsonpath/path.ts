import type { BoundedRegExp } from '../bounded-regexp.ts';
import type { Json } from '../json.ts';

/** A parsed JSONPath. */
export interface Path {
  readonly text: string;
  readonly root: PathRoot;
  readonly segments: readonly Segment[];
  /** Whether it can select one value only: no wildcard, slice, filter, union of indexes or descent. */
  readonly definite: boolean;
}

/** What a path starts from: `$`, `$$` or `$name`. */
export type PathRoot =
  | { readonly kind: 'INPUT' }
  | { readonly kind: 'CONTEXT' }
  | { readonly kind: 'VARIABLE'; readonly name: string };

/** One step of a path. */
export type Segment =
  | { readonly kind: 'MEMBER'; readonly name: string }
  | { readonly kind: 'MEMBERS'; readonly names: readonly string[] }
  | { readonly kind: 'INDEX'; readonly index: number }
  /** `[(@.length-1)]`: counted from the end of the array. */
  | { readonly kind: 'LENGTH_MINUS'; readonly distance: number }
  | { readonly kind: 'INDEXES'; readonly indexes: readonly number[] }
  | { readonly kind: 'SLICE'; readonly from?: number; readonly to?: number }
  | { readonly kind: 'WILDCARD' }
  | { readonly kind: 'FILTER'; readonly condition: Condition }
  /** `..`: the next step applies to the value and all its descendants. */
  | { readonly kind: 'DESCENT' };

/** The condition of a filter `[?( )]`. */
export type Condition =
  | { readonly kind: 'OR' | 'AND'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'NOT'; readonly inner: Condition }
  | { readonly kind: 'EXISTS'; readonly path: Path; readonly fromElement: boolean }
  | {
      readonly kind: 'COMPARE';
      readonly operator: FilterOperator;
      readonly left: FilterOperand;
      readonly right: FilterOperand;
    };

/** The operators of Jayway's filters, which AWS follows. */
export type FilterOperator =
  | '=='
  | '==='
  | '!='
  | '!=='
  | '<'
  | '<='
  | '>'
  | '>='
  | '=~'
  | 'in'
  | 'nin'
  | 'subsetof'
  | 'anyof'
  | 'noneof'
  | 'all'
  | 'size'
  | 'empty'
  | 'contains';

export type FilterOperand =
  | { readonly kind: 'VALUE'; readonly value: Json }
  | { readonly kind: 'PATTERN'; readonly pattern: BoundedRegExp }
  | { readonly kind: 'PATH'; readonly path: Path; readonly fromElement: boolean };
