import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { holds } from './filter.ts';
import type { Segment } from './path.ts';
import type { SelectionEffort } from './selection.ts';

/** A path that is followed through a document. */
export interface Walk {
  readonly segments: readonly Segment[];
  /** `$` inside of the path's filters. */
  readonly document: Json;
  readonly effort: SelectionEffort;
  /** Follows the paths inside of filters. */
  readonly select: Parameters<typeof holds>[1]['select'];
  /** The values found so far, in document order. */
  readonly found: Json[];
}

/** Where a walk is, for messages: `$['list'][2]`. */
export interface Place {
  readonly parent: Place | undefined;
  readonly step: string;
}

/** Thrown where a walk finds no value. No error, because a wildcard goes on behind it. */
export class NoResult {
  /** In Jayway's words. */
  readonly reason: string;
  /** Whether a wildcard over an array lets the element be. */
  readonly isSkipped: boolean;

  constructor(reason: string, isSkipped: boolean) {
    this.reason = reason;
    this.isSkipped = isSkipped;
  }
}

/**
 * Follows the segments from `at` on as Jayway's JsonPath 2.0 does.
 *
 * @param value `undefined` outside of an array
 * @throws {NoResult}
 */
export function follow(walk: Walk, at: number, value: Json | undefined, place: Place): void {
  const segment = walk.segments[at];
  if (segment === undefined) {
    walk.found.push(value ?? null);
    return;
  }
  walk.effort.visit(1);
  switch (segment.kind) {
    case 'MEMBER':
      followMember(walk, at, objectAt(walk, at, value, place), segment.name, place);
      return;
    case 'MEMBERS':
      followUnion(walk, at, objectAt(walk, at, value, place), segment.names, place);
      return;
    case 'WILDCARD':
      followAll(walk, at, value, place);
      return;
    case 'FILTER':
      followFiltered(walk, at, value, segment, place);
      return;
    case 'DESCENT':
      descend(walk, at + 1, value, place);
      return;
    case 'INDEX':
    case 'INDEXES':
    case 'LENGTH_MINUS':
    case 'SLICE': {
      const list = listAt(walk, at, value, place);
      for (const index of indexesIn(list, segment, walk.effort)) {
        follow(walk, at + 1, list[index], inside(place, `[${index}]`));
      }
    }
  }
}

function followMember(walk: Walk, at: number, value: JsonObject, name: string, place: Place): void {
  const there = inside(place, `['${name}']`);
  if (Object.hasOwn(value, name)) {
    follow(walk, at + 1, value[name], there);
  } else if (at === walk.segments.length - 1) {
    throw new NoResult(`No results for path: ${textOf(there)}`, true);
  } else if (walk.segments.slice(Math.max(0, at - 1)).every(isSingle)) {
    // Jayway forgives a missing member only where it, the segment before it or one behind it may select several values.
    throw new NoResult(`Missing property in path ${textOf(there)}`, true);
  }
}

function isSingle({ kind }: Segment): boolean {
  return kind === 'MEMBER' || kind === 'MEMBERS' || kind === 'INDEX' || kind === 'LENGTH_MINUS';
}

/** A union of names yields one object with the members that are there, and only at the end of a path. */
function followUnion(walk: Walk, at: number, value: JsonObject, names: readonly string[], place: Place): void {
  if (at < walk.segments.length - 1) {
    const there = inside(place, fragment({ kind: 'MEMBERS', names }));
    throw new NoResult(`Multi properties can only be used as path leafs: ${textOf(there)}`, false);
  }
  const present = names.filter((name) => Object.hasOwn(value, name));
  walk.found.push(Object.fromEntries(present.map((name) => [name, value[name] ?? null])));
}

function followAll(walk: Walk, at: number, value: Json | undefined, place: Place): void {
  if (isJsonObject(value)) {
    for (const name of Object.keys(value)) {
      follow(walk, at + 1, value[name], inside(place, `['${name}']`));
    }
  } else if (Array.isArray(value)) {
    for (const [index, element] of (value as readonly Json[]).entries()) {
      try {
        follow(walk, at + 1, element, inside(place, `[${index}]`));
      } catch (missing) {
        if (!(missing instanceof NoResult && missing.isSkipped)) {
          throw missing;
        }
      }
    }
  }
}

/** A filter looks at an array's elements, or at an object itself. */
function followFiltered(
  walk: Walk,
  at: number,
  value: Json | undefined,
  segment: Segment & { kind: 'FILTER' },
  place: Place,
): void {
  if (isJsonObject(value)) {
    if (passes(walk, segment, value)) {
      follow(walk, at + 1, value, place);
    }
  } else if (Array.isArray(value)) {
    for (const [index, element] of (value as readonly Json[]).entries()) {
      walk.effort.visit(1);
      if (passes(walk, segment, element)) {
        follow(walk, at + 1, element, inside(place, `[${index}]`));
      }
    }
  } else {
    const rest = fragments(walk.segments.slice(at));
    throw new NoResult(`Filter: ${rest} can not be applied to primitives. Current context is: ${shown(value)}`, false);
  }
}

function passes({ document, select, effort }: Walk, segment: Segment & { kind: 'FILTER' }, element: Json): boolean {
  return holds(segment.condition, { element, document, select, effort });
}

/** Applies the segment after `..` to a value and all that it holds. */
function descend(walk: Walk, at: number, value: Json | undefined, place: Place): void {
  // A descent takes ten times as long as a walk through a list.
  walk.effort.visit(10);
  if (isJsonObject(value)) {
    if (isMeant(walk, at, value)) {
      follow(walk, at, value, place);
    }
    for (const name of Object.keys(value)) {
      descend(walk, at, value[name], inside(place, `['${name}']`));
    }
  } else if (Array.isArray(value)) {
    const list = value as readonly Json[];
    if (isMeant(walk, at, list)) {
      followList(walk, at, list, place);
    }
    for (const [index, element] of list.entries()) {
      descend(walk, at, element, inside(place, `[${index}]`));
    }
  }
}

/** In Jayway `..[0].name` reads the name of every element, not only of the first. */
function followList(walk: Walk, at: number, list: readonly Json[], place: Place): void {
  if (at === walk.segments.length - 1) {
    follow(walk, at, list, place);
    return;
  }
  for (const [index, element] of list.entries()) {
    follow(walk, at + 1, element, inside(place, `[${index}]`));
  }
}

/** Whether the segment after `..` applies to an object or array. */
function isMeant(walk: Walk, at: number, value: JsonObject | readonly Json[]): boolean {
  const segment = walk.segments[at];
  switch (segment?.kind) {
    case 'MEMBER':
      return isJsonObject(value) && Object.hasOwn(value, segment.name);
    case 'MEMBERS':
      return isJsonObject(value) && segment.names.every((name) => Object.hasOwn(value, name));
    case 'WILDCARD':
      return true;
    case 'FILTER':
      return passes(walk, segment, value);
    case 'INDEX':
    case 'INDEXES':
    case 'LENGTH_MINUS':
    case 'SLICE':
      return Array.isArray(value);
    case 'DESCENT':
    case undefined:
      return false;
  }
}

function objectAt({ segments }: Walk, at: number, value: Json | undefined, place: Place): JsonObject {
  if (isJsonObject(value)) {
    return value;
  }
  throw new NoResult(`Property ${fragments(segments.slice(at, at + 1))} not found in path ${textOf(place)}`, true);
}

function listAt({ segments }: Walk, at: number, value: Json | undefined, place: Place): readonly Json[] {
  if (Array.isArray(value)) {
    return value as readonly Json[];
  }
  if (value === undefined || value === null) {
    throw new NoResult(`The path ${textOf(place)} is null`, true);
  }
  const rest = fragments(segments.slice(at));
  throw new NoResult(`Filter: ${rest} can only be applied to arrays. Current context is: ${shown(value)}`, false);
}

type ListSegment = Extract<Segment, { kind: 'INDEX' | 'INDEXES' | 'LENGTH_MINUS' | 'SLICE' }>;

/** The indexes that a segment means, which may be outside of the array. */
export function indexesIn(list: readonly Json[], segment: ListSegment, effort: SelectionEffort): readonly number[] {
  switch (segment.kind) {
    case 'INDEX':
      return [segment.index];
    case 'INDEXES':
      return segment.indexes;
    case 'LENGTH_MINUS':
      return [list.length - segment.distance];
    case 'SLICE': {
      const [from, to] = boundsIn(list.length, segment);
      const length = list.length === 0 ? 0 : Math.max(0, to - from);
      effort.visit(length);
      return Array.from({ length }, (_, at) => from + at);
    }
  }
}

/** A negative bound counts from the end only where it is the only one. */
function boundsIn(length: number, { from, to }: Segment & { kind: 'SLICE' }): readonly [from: number, to: number] {
  if (from === undefined) {
    const end = to ?? length;
    return [0, Math.min(length, end < 0 ? length + end : end)];
  }
  if (to === undefined) {
    return [Math.max(0, from < 0 ? length + from : from), length];
  }
  return [from, Math.min(length, to)];
}

function inside(parent: Place, step: string): Place {
  return { parent, step };
}

function textOf(place: Place): string {
  const steps: string[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) {
    steps.push(at.step);
  }
  return steps.reverse().join('');
}

function shown(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function fragments(segments: readonly Segment[]): string {
  return segments.map(fragment).join('');
}

/** A segment as Jayway writes it in messages. */
function fragment(segment: Segment): string {
  switch (segment.kind) {
    case 'MEMBER':
      return `['${segment.name}']`;
    case 'MEMBERS':
      return `[${segment.names.map((name) => `'${name}'`).join(', ')}]`;
    case 'INDEX':
      return `[${segment.index}]`;
    case 'INDEXES':
      return `[${segment.indexes.join(',')}]`;
    case 'LENGTH_MINUS':
      return `[@.size()-${segment.distance}]`;
    case 'SLICE':
      return `[${segment.from ?? ''}:${segment.to ?? ''}]`;
    case 'WILDCARD':
      return '[*]';
    case 'FILTER':
      return '[?]';
    case 'DESCENT':
      return '..';
  }
}
