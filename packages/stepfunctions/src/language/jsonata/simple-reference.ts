import type { Expression } from 'jsonata';
import { isJsonObject, type Json } from '../json.ts';
import type { Scope } from '../scope.ts';

/** An expression that only follows names: `$states.input.order.id`, `$total`. Most expressions of a workflow do. */
export interface SimpleReference {
  readonly variable: string;
  readonly names: readonly string[];
}

/** A simple reference's value; `undefined` if it leads nowhere. */
export interface Followed {
  readonly value: Json | undefined;
}

/** Recognises a simple reference by its syntax tree. Anything more, such as `[]` or a filter, disqualifies it. */
export function simpleReference(expression: Expression): SimpleReference | undefined {
  const ast: object = expression.ast();
  const steps = stepsOf(ast);
  const [first, ...rest] = steps ?? [];
  if (first?.type !== 'variable' || !/^[\p{L}_]/u.test(first.value)) {
    return undefined;
  }
  return rest.every(({ type }) => type === 'name')
    ? { variable: first.value, names: rest.map(({ value }) => value) }
    : undefined;
}

/**
 * Follows a simple reference without JSONata, which takes far longer. `undefined` means that JSONata must evaluate it:
 * the path crosses an array, or the variable is a function.
 */
export function follow({ variable, names }: SimpleReference, scope: Scope): Followed | undefined {
  const isStates = variable === 'states';
  if (isStates ? names.length === 0 : !Object.hasOwn(scope.variables, variable)) {
    return undefined;
  }
  let value = isStates ? ofStates(names[0], scope) : scope.variables[variable];
  for (let at = isStates ? 1 : 0; at < names.length; at++) {
    if (Array.isArray(value)) {
      return undefined;
    }
    const name = names[at] ?? '';
    value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return { value };
}

function ofStates(name: string | undefined, scope: Scope): Json | undefined {
  switch (name) {
    case 'input':
      return scope.input;
    case 'context':
      return scope.context;
    case 'result':
      return scope.result;
    case 'errorOutput':
      return scope.errorOutput;
    default:
      return undefined;
  }
}

interface Step {
  readonly type: string;
  readonly value: string;
}

function stepsOf(ast: object): readonly Step[] | undefined {
  if (isPlainStep(ast)) {
    return [ast];
  }
  if (!('steps' in ast) || !Array.isArray(ast.steps) || Object.keys(ast).length !== 2) {
    return undefined;
  }
  return ast.steps.every(isPlainStep) ? ast.steps : undefined;
}

/** Whether a step has only a type, a value and a position. */
function isPlainStep(node: object): node is Step {
  return 'type' in node && 'value' in node && typeof node.value === 'string' && Object.keys(node).length === 3;
}
