import { isNumber } from '../exact-number.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Scope } from '../scope.ts';
import { holds } from './filter.ts';
import type { Path, Segment } from './path.ts';
import { type Selection, SelectionEffort } from './selection.ts';

/**
 * Applies a path to a document. A definite path finds one value or nothing. Any other path finds an array, which may be
 * empty.
 *
 * @param document What `$` means inside the path's filters.
 * @param effort The cost of this path and of the paths around it.
 */
export function select(path: Path, root: Json, document: Json = root, effort = new SelectionEffort()): Selection {
  if (!path.definite) {
    return { found: true, value: selectAll(path, root, document, effort) };
  }
  let value: Json = root;
  const { segments } = path;
  for (let at = 0; at < segments.length; at++) {
    const segment = segments[at];
    const next = segment === undefined ? undefined : child(value, segment);
    if (next === undefined) {
      return { found: false, reason: missing(path, at, value) };
    }
    if (at === segments.length - 1 && segment?.kind === 'INDEX' && isOutside(value, segment.index)) {
      return { found: true, value: next, isOutsideArray: true };
    }
    value = next;
  }
  return { found: true, value };
}

function isOutside(value: Json, index: number): boolean {
  return Array.isArray(value) && value.at(index) === undefined;
}

function child(value: Json, segment: Segment): Json | undefined {
  if (segment.kind === 'MEMBER') {
    return isJsonObject(value) ? member(value, segment.name) : undefined;
  }
  if (segment.kind === 'INDEX') {
    // AWS finds null outside of an array.
    return Array.isArray(value) ? (value.at(segment.index) ?? null) : undefined;
  }
  return undefined;
}

/** All values a path leads to, in document order. */
function selectAll(path: Path, root: Json, document: Json, effort: SelectionEffort): readonly Json[] {
  let values: readonly Json[] = [root];
  for (const segment of path.segments) {
    values = values.flatMap((value) => selected(value, segment, document, effort));
    // A descent takes ten times as long as a walk through a list.
    effort.visit(segment.kind === 'DESCENT' ? values.length * 10 : values.length);
  }
  return values;
}

function selected(value: Json, segment: Segment, document: Json, effort: SelectionEffort): readonly Json[] {
  switch (segment.kind) {
    case 'MEMBER':
    case 'INDEX':
      return present(child(value, segment));
    case 'MEMBERS':
      return isJsonObject(value) ? [pick(value, segment.names)] : [];
    case 'INDEXES':
      return segment.indexes.flatMap((index) => present(child(value, { kind: 'INDEX', index })));
    case 'SLICE':
      return Array.isArray(value) ? slice(value, segment) : [];
    case 'WILDCARD':
      return children(value);
    case 'FILTER':
      effort.visit(candidates(value).length);
      return candidates(value).filter((element) => holds(segment.condition, { element, document, select, effort }));
    case 'DESCENT':
      return [...withDescendants(value)];
  }
}

function present(value: Json | undefined): readonly Json[] {
  return value === undefined ? [] : [value];
}

function slice(value: readonly Json[], { from, to, step }: Segment & { kind: 'SLICE' }): readonly Json[] {
  const chosen = value.slice(from ?? 0, to ?? value.length);
  return step === 1 ? chosen : chosen.filter((_, at) => at % step === 0);
}

function* withDescendants(value: Json): Generator<Json> {
  yield value;
  for (const inner of children(value)) {
    yield* withDescendants(inner);
  }
}

/** A filter looks at an array's elements, or at an object itself. */
function candidates(value: Json): readonly Json[] {
  if (Array.isArray(value)) {
    return value;
  }
  return isJsonObject(value) ? [value] : [];
}

function children(value: Json): readonly Json[] {
  if (Array.isArray(value)) {
    return value;
  }
  return isJsonObject(value) ? Object.values(value) : [];
}

/** A union of names yields one object with the members that are there. */
function pick(value: JsonObject, names: readonly string[]): JsonObject {
  const picked: Record<string, Json> = {};
  for (const name of names) {
    const found = member(value, name);
    if (found !== undefined) {
      picked[name] = found;
    }
  }
  return picked;
}

function member(value: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function missing({ segments }: Path, at: number, value: Json): string {
  const upTo = (end: number) => `$${segments.slice(0, end).map(bracketed).join('')}`;
  const segment = segments[at];
  if (segment?.kind === 'MEMBER' && !isJsonObject(value)) {
    return `Expected to find an object with property ${bracketed(segment)} in path ${upTo(at)} but found '${typeName(value)}'.`;
  }
  if (segment?.kind === 'INDEX') {
    return value === null
      ? `The path ${upTo(at)} is null`
      : `Filter: ${bracketed(segment)} can only be applied to arrays. Current context is: ${JSON.stringify(value)}`;
  }
  return at === segments.length - 1
    ? `No results for path: ${upTo(at + 1)}`
    : `Missing property in path ${upTo(at + 1)}`;
}

function bracketed(segment: Segment): string {
  if (segment.kind === 'MEMBER') {
    return `['${segment.name}']`;
  }
  return segment.kind === 'INDEX' ? `[${segment.index}]` : '';
}

function typeName(value: Json): string {
  if (value === null) {
    return 'null';
  }
  return Array.isArray(value) ? 'array' : isNumber(value) ? 'number' : typeof value;
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
