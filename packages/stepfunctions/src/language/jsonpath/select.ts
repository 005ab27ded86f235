import { isJsonObject, type Json } from '../json.ts';
import type { Scope } from '../scope.ts';
import type { Path, Segment } from './path.ts';
import { type Selection, SelectionEffort } from './selection.ts';
import { follow, indexesIn, NoResult, type Walk } from './walk.ts';

/**
 * Applies a path to a document. A definite path finds one value or nothing. Any other path finds an array, which may be
 * empty, or nothing where it meets a value that it cannot go on from.
 *
 * @param document What `$` means inside the path's filters.
 * @param effort The cost of this path and of the paths around it.
 */
export function select(path: Path, root: Json, document: Json = root, effort = new SelectionEffort()): Selection {
  const one = path.definite ? selectOne(path, root, effort) : undefined;
  return one ?? selectAll(path, root, document, effort);
}

/** The value of a definite path, or `undefined` where there is none. */
function selectOne({ segments }: Path, root: Json, effort: SelectionEffort): Selection | undefined {
  let value: Json = root;
  for (let at = 0; at < segments.length; at++) {
    const next: Json | undefined = child(value, segments[at], effort);
    if (next === undefined) {
      return at === segments.length - 1 && isOutside(value, segments[at]) ? OUTSIDE : undefined;
    }
    value = next;
  }
  return { found: true, value };
}

/** AWS finds null outside of an array. */
const OUTSIDE: Selection = { found: true, value: null, isOutsideArray: true };

function isOutside(value: Json, segment: Segment | undefined): boolean {
  return Array.isArray(value) && (segment?.kind === 'INDEX' || segment?.kind === 'LENGTH_MINUS');
}

function child(value: Json, segment: Segment | undefined, effort: SelectionEffort): Json | undefined {
  switch (segment?.kind) {
    case 'MEMBER':
      return isJsonObject(value) && Object.hasOwn(value, segment.name) ? value[segment.name] : undefined;
    case 'INDEX':
      return Array.isArray(value) ? (value as readonly Json[])[segment.index] : undefined;
    case 'LENGTH_MINUS':
      return Array.isArray(value) ? value[indexesIn(value, segment, effort)[0] ?? 0] : undefined;
    default:
      return undefined;
  }
}

/** The values of any path in document order, or the reason why there are none. */
function selectAll({ segments, definite }: Path, root: Json, document: Json, effort: SelectionEffort): Selection {
  const walk: Walk = { segments, document, effort, select, found: [] };
  try {
    follow(walk, 0, root, { parent: undefined, step: '$' });
  } catch (missing) {
    if (missing instanceof NoResult) {
      return { found: false, reason: missing.reason };
    }
    throw missing;
  }
  return { found: true, value: definite ? (walk.found[0] ?? null) : walk.found };
}

/** Applies a path to the root that it names: the input, the context object or a variable. */
export function resolve(path: Path, scope: Scope): Selection {
  switch (path.root.kind) {
    case 'INPUT':
      return select(path, scope.input);
    case 'CONTEXT':
      return select(path, scope.context);
    case 'VARIABLE': {
      const { name } = path.root;
      const value = Object.hasOwn(scope.variables, name) ? scope.variables[name] : undefined;
      return value === undefined ? { found: false, reason: `No such variable: $${name}` } : select(path, value);
    }
  }
}
