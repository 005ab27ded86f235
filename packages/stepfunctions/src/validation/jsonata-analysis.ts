import type { Expression } from 'jsonata';
import { builtInFunctionNames } from '../language/jsonata/built-in.ts';

/** The references of an expression. */
export interface JsonataReferences {
  /** Variables it reads that it does not bind itself, `states` and the functions left out. */
  readonly variables: ReadonlySet<string>;
  /** Names it reads from a context, where Step Functions gives it none. */
  readonly topLevel: ReadonlySet<string>;
  /** Paths it reads from `$states`: `input`, `result`, ... */
  readonly states: ReadonlySet<string>;
  /** It reads `$$`. */
  readonly root: boolean;
}

/** A node of JSONata's syntax tree, as loosely as its typings know it. */
type Node = { readonly [member: string]: unknown };

/** The context of a node in an expression. */
interface Place {
  /** Whether a bare name is looked up in a value. */
  readonly context: boolean;
  readonly bound: ReadonlySet<string>;
}

/** Finds what an expression refers to. */
export function jsonataReferences(expression: Expression): JsonataReferences {
  const walk = new Walk();
  walk.visit(expression.ast() as unknown as Node, { context: false, bound: new Set() });
  return walk;
}

class Walk implements JsonataReferences {
  readonly variables = new Set<string>();
  readonly topLevel = new Set<string>();
  readonly states = new Set<string>();
  root = false;

  visit(node: unknown, place: Place): void {
    if (Array.isArray(node)) {
      for (const one of node) {
        this.visit(one, place);
      }
      return;
    }
    if (typeof node !== 'object' || node === null) {
      return;
    }
    this.#visitNode(node as Node, place);
  }

  #visitNode(node: Node, place: Place): void {
    switch (node.type) {
      case 'path':
        this.#visitPath(node, place);
        return;
      case 'name':
        if (!place.context) {
          this.topLevel.add(String(node.value));
        }
        break;
      case 'variable':
        this.#visitVariable(String(node.value), place);
        break;
      case 'block':
        this.#visitBlock(node, place);
        return;
      case 'lambda':
        this.#visitLambda(node, place);
        return;
      case 'transform':
        this.visit([node.pattern, node.update, node.delete], { ...place, context: true });
        return;
      case 'bind':
        this.visit(node.rhs, withBound(place, (node.lhs as Node).value));
        return;
    }
    this.#visitMembers(node, place);
  }

  #visitMembers(node: Node, place: Place): void {
    for (const member of [
      'lhs',
      'rhs',
      'expression',
      'expressions',
      'procedure',
      'arguments',
      'condition',
      'then',
      'else',
    ]) {
      this.visit(node[member], place);
    }
    const inner = { ...place, context: true };
    this.visit([node.predicate, node.stages, node.expr, node.terms, node.group], inner);
  }

  #visitPath(node: Node, place: Place): void {
    const steps = Array.isArray(node.steps) ? (node.steps as readonly Node[]) : [];
    const [first, second] = steps;
    if (first?.type === 'variable' && first.value === 'states' && second?.type === 'name') {
      this.states.add(String(second.value));
    }
    let inner = place;
    for (const [at, step] of steps.entries()) {
      inner = withBound(withBound(inner, step.focus), step.index);
      this.visit(step, { ...inner, context: place.context || at > 0 });
    }
    this.visit(node.group, { ...inner, context: true });
  }

  #visitVariable(name: string, { bound }: Place): void {
    if (name === '$') {
      this.root = true;
    } else if (name !== '' && name !== 'states' && !bound.has(name) && !builtInFunctionNames.has(name)) {
      this.variables.add(name);
    }
  }

  /** A binding is visible in the rest of its block and in its own value, which may be a recursive function. */
  #visitBlock(node: Node, place: Place): void {
    const expressions = Array.isArray(node.expressions) ? (node.expressions as readonly Node[]) : [];
    let inner = place;
    for (const expression of expressions) {
      if (expression.type === 'bind') {
        inner = withBound(inner, (expression.lhs as Node).value);
      }
      this.visit(expression, inner);
    }
    this.visit([node.predicate, node.stages, node.group], { ...inner, context: true });
  }

  #visitLambda(node: Node, place: Place): void {
    const parameters = Array.isArray(node.arguments) ? (node.arguments as readonly Node[]) : [];
    const names = parameters.map(({ value }) => String(value));
    this.visit(node.body, { ...place, bound: new Set([...place.bound, ...names]) });
  }
}

/** The same context with one more bound variable, if the name is a variable. */
function withBound(place: Place, name: unknown): Place {
  return typeof name === 'string' ? { ...place, bound: new Set([...place.bound, name]) } : place;
}
