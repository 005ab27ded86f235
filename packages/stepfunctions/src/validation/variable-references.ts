import type { State, StateGraph, StateMachineDefinition } from '../language/definition.ts';
import { type IntrinsicCall, parseIntrinsic } from '../language/intrinsics/intrinsic-parser.ts';
import { isJsonObject, type Json } from '../language/json.ts';
import { compileJsonata } from '../language/jsonata/expression.ts';
import { jsonataExpression } from '../language/jsonata.ts';
import { parsePath } from '../language/jsonpath/path-parser.ts';
import { isIntrinsic, isPath } from '../language/jsonpath/syntax.ts';
import { jsonataReferences } from './jsonata-analysis.ts';

/** Fields that say nothing about the variables that the state itself reads. */
const NOT_READ: ReadonlySet<string> = new Set([
  'Branches',
  'ItemProcessor',
  'Iterator',
  'Result',
  'ResultPath',
  'Comment',
]);

/** Fields of a JSONPath state that hold a path, beside those that end with `Path`. */
const PATH_FIELDS: ReadonlySet<string> = new Set(['Variable']);

/** Fields of a JSONPath state in whose objects only members that end with `.$` refer to anything. */
const TEMPLATES: ReadonlySet<string> = new Set([
  'Assign',
  'BatchInput',
  'Credentials',
  'ItemSelector',
  'Parameters',
  'ResultSelector',
]);

/**
 * The variables that each state reads, as DescribeStateMachine lists them: by state name, sorted, without `$`. States
 * that read none are left out.
 */
export function variableReferences(definition: StateMachineDefinition): {
  readonly [stateName: string]: readonly string[];
} {
  const references: (readonly [string, readonly string[]])[] = [];
  collectGraph(definition, references);
  return Object.fromEntries(references);
}

function collectGraph(graph: StateGraph, references: (readonly [string, readonly string[]])[]): void {
  for (const [name, state] of Object.entries(graph.States)) {
    const read = readByState(state);
    if (read.size > 0) {
      references.push([name, [...read].sort()]);
    }
    if (state.Type === 'Parallel') {
      for (const branch of state.Branches) {
        collectGraph(branch, references);
      }
    }
    if (state.Type === 'Map') {
      collectGraph(state.ItemProcessor, references);
    }
  }
}

function readByState(state: State): ReadonlySet<string> {
  const read = new Set<string>();
  for (const [field, value] of Object.entries(state) as [string, Json][]) {
    if (NOT_READ.has(field)) {
      continue;
    }
    if (state.QueryLanguage === 'JSONata') {
      readByExpressions(value, read);
    } else {
      readByField(field, value, read);
    }
  }
  return read;
}

function readByExpressions(value: Json, read: Set<string>): void {
  if (typeof value === 'string') {
    const expression = jsonataExpression(value);
    if (expression === undefined) {
      return;
    }
    for (const name of jsonataReferences(compileJsonata(expression).expression).variables) {
      read.add(name);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value) as Json[]) {
      readByExpressions(inner, read);
    }
  }
}

function readByField(field: string, value: Json, read: Set<string>): void {
  if (NOT_READ.has(field)) {
    return;
  }
  if (TEMPLATES.has(field)) {
    readByTemplate(value, read);
  } else if (typeof value === 'string') {
    if (field.endsWith('Path') || PATH_FIELDS.has(field)) {
      readByText(value, read);
    }
  } else if (Array.isArray(value)) {
    for (const inner of value) {
      readByField(field, inner, read);
    }
  } else if (isJsonObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
      readByField(name, inner, read);
    }
  }
}

function readByTemplate(value: Json, read: Set<string>): void {
  if (Array.isArray(value)) {
    for (const inner of value) {
      readByTemplate(inner, read);
    }
  } else if (isJsonObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
      if (typeof inner !== 'string') {
        readByTemplate(inner, read);
      } else if (name.endsWith('.$')) {
        readByText(inner, read);
      }
    }
  }
}

function readByText(text: string, read: Set<string>): void {
  if (isPath(text)) {
    readByPath(text, read);
  } else if (isIntrinsic(text)) {
    readByCall(parseIntrinsic(text), read);
  }
}

function readByPath(text: string, read: Set<string>): void {
  const { root } = parsePath(text);
  if (root.kind === 'VARIABLE') {
    read.add(root.name);
  }
}

function readByCall(call: IntrinsicCall, read: Set<string>): void {
  for (const argument of call.arguments) {
    if (argument.kind === 'CALL') {
      readByCall(argument.call, read);
    }
    if (argument.kind === 'PATH' && argument.path.root.kind === 'VARIABLE') {
      read.add(argument.path.root.name);
    }
  }
}
