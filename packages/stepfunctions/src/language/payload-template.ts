import { evaluateCall } from './intrinsics/evaluate-intrinsic.ts';
import { type IntrinsicCall, parseIntrinsic } from './intrinsics/intrinsic-parser.ts';
import { ExactNumber, type Json } from './json.ts';
import type { Path } from './jsonpath/path.ts';
import { parsePath } from './jsonpath/path-parser.ts';
import { resolve } from './jsonpath/select.ts';
import { pathNotFound } from './path-field.ts';
import { Draws } from './randomness.ts';
import type { Scope, Where } from './scope.ts';

/** Evaluates a compiled template. */
type Template = (scope: Scope, where: Where, draws: Draws) => Json;

const DYNAMIC = '.$';
const prepared = new WeakMap<object, Template | 'CONSTANT'>();

/**
 * A payload template of a JSONPath state: `Parameters`, `ResultSelector`, `ItemSelector`, `BatchInput`, `Assign`. A
 * member `"name.$"` becomes `"name"` with the value of its path or intrinsic function. Templates are compiled once per
 * object, so pass the definition's own objects, not copies.
 *
 * @throws {StatesError} `States.Runtime` or `States.IntrinsicFailure`, in AWS's words.
 */
export function evaluatePayloadTemplate(template: Json, scope: Scope, where: Where): Json {
  if (typeof template !== 'object' || template === null || template instanceof ExactNumber) {
    return template;
  }
  const filler = prepare(template);
  return filler === 'CONSTANT' ? template : filler(scope, where, new Draws(scope, `${where.stateName}/${where.field}`));
}

function prepare(template: object & Json): Template | 'CONSTANT' {
  let filler = prepared.get(template);
  if (filler === undefined) {
    filler = Array.isArray(template) ? prepareArray(template) : prepareObject(Object.entries(template));
    prepared.set(template, filler);
  }
  return filler;
}

function prepareArray(template: readonly Json[]): Template | 'CONSTANT' {
  const elements = template.map(prepareValue);
  if (elements.every((element) => element === 'CONSTANT')) {
    return 'CONSTANT';
  }
  return (scope, where, draws) =>
    elements.map((element, at) => (element === 'CONSTANT' ? (template[at] ?? null) : element(scope, where, draws)));
}

function prepareObject(members: readonly (readonly [string, Json])[]): Template | 'CONSTANT' {
  const fillers = members.map(([key, value]) => {
    const dynamic = key.endsWith(DYNAMIC) && typeof value === 'string';
    return {
      name: dynamic ? key.slice(0, -DYNAMIC.length) : key,
      value,
      filler: dynamic ? prepareDynamic(key, value) : prepareValue(value),
    };
  });
  if (fillers.every(({ filler }) => filler === 'CONSTANT')) {
    return 'CONSTANT';
  }
  return (scope, where, draws) =>
    Object.fromEntries(
      fillers.map(({ name, value, filler }) => [name, filler === 'CONSTANT' ? value : filler(scope, where, draws)]),
    );
}

function prepareValue(value: Json): Template | 'CONSTANT' {
  return typeof value === 'object' && value !== null && !(value instanceof ExactNumber) ? prepare(value) : 'CONSTANT';
}

function prepareDynamic(key: string, text: string): Template {
  if (text.startsWith('States.')) {
    return fillFromIntrinsic(parseIntrinsic(text));
  }
  return fillFromPath(key, parsePath(text));
}

function fillFromIntrinsic(call: IntrinsicCall): Template {
  return (scope, _where, draws) => evaluateCall(call, scope, draws);
}

function fillFromPath(key: string, path: Path): Template {
  return (scope) => {
    const selection = resolve(path, scope);
    if (!selection.found) {
      throw pathNotFound(path.text, key, scope.input);
    }
    return selection.value;
  };
}
